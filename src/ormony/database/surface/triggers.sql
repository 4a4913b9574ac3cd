-- Event triggers: tell PostgREST that the schema changed, and open what an extension made to the roles that use it.
-- Last of all, so that they do not fire for the surface itself.

create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $$
begin
    if exists (
        select
        from pg_catalog.pg_event_trigger_ddl_commands() as c
        where c.schema_name is distinct from 'pg_temp'
            and c.command_tag in (
                'CREATE SCHEMA', 'ALTER SCHEMA',
                'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
                'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE',
                'CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW',
                'CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE TRIGGER', 'CREATE TYPE', 'ALTER TYPE',
                'CREATE RULE', 'COMMENT'
            )
    ) then
        notify pgrst, 'reload schema';
    end if;
end
$$;

create function extensions.pgrst_drop_watch() returns event_trigger language plpgsql as $$
begin
    if exists (
        select
        from pg_catalog.pg_event_trigger_dropped_objects() as d
        where not d.is_temporary
            and d.object_type in (
                'schema', 'table', 'foreign table', 'view', 'materialized view', 'function', 'trigger', 'type',
                'rule'
            )
    ) then
        notify pgrst, 'reload schema';
    end if;
end
$$;

-- On the platform CREATE EXTENSION runs as supabase_admin, and so do the next three. Here the caller's rights do
-- not suffice: they run as their owner.

create function extensions.grant_pg_cron_access() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
    if exists (
        select
        from pg_catalog.pg_event_trigger_ddl_commands() as c
        join pg_catalog.pg_extension as e on e.oid = c.objid and c.classid = 'pg_catalog.pg_extension'::regclass
        where e.extname = 'pg_cron'
    ) then
        grant usage on schema cron to postgres with grant option;
        grant all on all tables in schema cron to postgres with grant option;
        grant all on all functions in schema cron to postgres with grant option;
        grant all on all sequences in schema cron to postgres with grant option;
        -- A stand-in belongs to the role that created it.
        if exists (
            select
            from pg_catalog.pg_class
            where oid = 'cron.job'::regclass and relowner <> 'postgres'::regrole
        ) then
            revoke all on cron.job from postgres;
            grant select on cron.job to postgres with grant option;
        end if;
    end if;
end
$$;

create function extensions.grant_pg_net_access() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
    if exists (
        select
        from pg_catalog.pg_event_trigger_ddl_commands() as c
        join pg_catalog.pg_extension as e on e.oid = c.objid and c.classid = 'pg_catalog.pg_extension'::regclass
        where e.extname = 'pg_net'
    ) then
        grant usage on schema net to supabase_functions_admin, postgres, anon, authenticated, service_role;
        grant execute on all functions in schema net
            to supabase_functions_admin, postgres, anon, authenticated, service_role;
        grant all on all tables in schema net to postgres, anon, authenticated, service_role;
        grant all on all sequences in schema net to postgres, anon, authenticated, service_role;
    end if;
end
$$;

create function extensions.grant_pg_graphql_access() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
    if exists (
        select
        from pg_catalog.pg_event_trigger_ddl_commands() as c
        join pg_catalog.pg_extension as e on e.oid = c.objid and c.classid = 'pg_catalog.pg_extension'::regclass
        where e.extname = 'pg_graphql'
    ) then
        grant usage on schema graphql to postgres with grant option;
        grant usage on schema graphql to anon, authenticated, service_role;
        grant all on all functions in schema graphql to postgres, anon, authenticated, service_role;
    end if;
end
$$;

-- dblink withholds dblink_connect_u from everybody, for it connects without asking for a password: here as any
-- superuser, over a socket that trusts. The default privileges of schema extensions must not give it away.
create function extensions.revoke_dblink_access() returns event_trigger
language plpgsql security definer set search_path = '' as $$
declare
    each regprocedure;
begin
    for each in
        select p.oid
        from pg_catalog.pg_event_trigger_ddl_commands() as c
        join pg_catalog.pg_extension as e on e.oid = c.objid and c.classid = 'pg_catalog.pg_extension'::regclass
        join pg_catalog.pg_depend as d
            on d.refclassid = c.classid and d.refobjid = e.oid and d.classid = 'pg_catalog.pg_proc'::regclass
        join pg_catalog.pg_proc as p on p.oid = d.objid
        where e.extname = 'dblink' and p.proname = 'dblink_connect_u'
    loop
        execute pg_catalog.format('revoke all on function %s from public, postgres', each);
    end loop;
end
$$;

create event trigger issue_dblink_access on ddl_command_end when tag in ('CREATE EXTENSION', 'ALTER EXTENSION')
    execute function extensions.revoke_dblink_access();
create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
create event trigger issue_pg_cron_access on ddl_command_end when tag in ('CREATE EXTENSION')
    execute function extensions.grant_pg_cron_access();
create event trigger issue_pg_net_access on ddl_command_end when tag in ('CREATE EXTENSION')
    execute function extensions.grant_pg_net_access();
create event trigger issue_pg_graphql_access on ddl_command_end when tag in ('CREATE EXTENSION')
    execute function extensions.grant_pg_graphql_access();
