-- Supabase's roles, for a whole cluster. Run by a superuser; running it again changes nothing.
--
-- A role that exists keeps its attributes and settings: on a user's own server it may serve other databases.
-- What we made carries a comment, so that a later version can recognize it.

-- Advisory locks belong to one database and roles to all of them: only this lock keeps two installations apart.
lock table pg_catalog.pg_authid in share row exclusive mode;

do $roles$
declare
    mark constant text := 'Supabase role, made by ormony';
    wanted constant text[] := array[
        -- name, attributes
        ['supabase_admin', 'login superuser createdb createrole replication bypassrls'],
        ['postgres', 'login nosuperuser createdb createrole replication bypassrls'],
        ['anon', 'nologin'],
        ['authenticated', 'nologin'],
        ['service_role', 'nologin bypassrls'],
        ['authenticator', 'login noinherit'],
        ['dashboard_user', 'nologin createdb createrole replication'],
        ['supabase_auth_admin', 'login noinherit createrole'],
        ['supabase_storage_admin', 'login noinherit createrole'],
        ['supabase_realtime_admin', 'nologin noinherit'],
        ['supabase_functions_admin', 'login noinherit createrole'],
        ['supabase_replication_admin', 'login replication'],
        ['supabase_etl_admin', 'login replication'],
        ['supabase_read_only_user', 'login bypassrls'],
        ['pgbouncer', 'login']
    ];
    settings constant text[] := array[
        -- role, setting, value as SQL
        ['anon', 'statement_timeout', $$'3s'$$],
        ['authenticated', 'statement_timeout', $$'8s'$$],
        ['authenticator', 'statement_timeout', $$'8s'$$],
        ['authenticator', 'lock_timeout', $$'8s'$$],
        ['postgres', 'search_path', $$"$user", public, extensions$$],
        ['supabase_admin', 'search_path', $$"$user", public, auth, extensions$$],
        ['supabase_auth_admin', 'search_path', 'auth'],
        ['supabase_auth_admin', 'idle_in_transaction_session_timeout', '60000'],
        ['supabase_storage_admin', 'search_path', 'storage']
    ];
    memberships constant text[] := array[
        -- role, member, and on 16 and later: with admin option, or nothing but that
        ['anon', 'authenticator', ''],
        ['authenticated', 'authenticator', ''],
        ['service_role', 'authenticator', ''],
        ['authenticator', 'supabase_storage_admin', ''],
        ['anon', 'postgres', 'admin'],
        ['authenticated', 'postgres', 'admin'],
        ['service_role', 'postgres', 'admin'],
        ['pg_monitor', 'postgres', 'admin'],
        ['pg_read_all_data', 'postgres', 'admin'],
        ['pg_signal_backend', 'postgres', 'admin'],
        ['pg_create_subscription', 'postgres', 'admin'],
        -- ALTER ROLE authenticator SET pgrst.… is supautils' gift too; from 16 on it takes the admin option.
        ['authenticator', 'postgres', 'only admin'],
        -- On the platform an extension, supautils, lets postgres make policies on the tables of these three
        -- and drop triggers from them. Plain PostgreSQL allows that only to their members.
        ['supabase_auth_admin', 'postgres', ''],
        ['supabase_storage_admin', 'postgres', ''],
        ['supabase_realtime_admin', 'postgres', ''],
        ['pg_read_all_data', 'supabase_read_only_user', ''],
        ['pg_read_all_data', 'supabase_etl_admin', '']
    ];
    modern constant boolean := current_setting('server_version_num')::int >= 160000;
    -- What else supautils lets postgres set, for itself and for roles. It takes whole families, such as pgrst.*;
    -- PostgreSQL takes names.
    parameters constant text[] := array[
        'session_replication_role', 'log_min_messages', 'log_lock_waits', 'track_functions', 'track_io_timing',
        'auto_explain.log_min_duration', 'auto_explain.log_analyze', 'auto_explain.log_nested_statements',
        'pg_net.batch_size', 'pg_net.ttl', 'pg_stat_statements.track', 'pg_stat_statements.track_utility',
        'pgaudit.log', 'pgaudit.log_catalog', 'pgaudit.log_client', 'pgaudit.log_level', 'pgaudit.log_relation',
        'pgaudit.log_rows', 'pgaudit.log_statement', 'pgaudit.log_statement_once', 'pgaudit.role',
        'plan_filter.limit_select_only', 'plan_filter.statement_cost_limit', 'safeupdate.enabled',
        'pgrst.db_aggregates_enabled', 'pgrst.db_anon_role', 'pgrst.db_extra_search_path',
        'pgrst.db_hoisted_tx_settings', 'pgrst.db_max_rows', 'pgrst.db_plan_enabled', 'pgrst.db_pre_config',
        'pgrst.db_pre_request', 'pgrst.db_root_spec', 'pgrst.db_schema', 'pgrst.db_schemas',
        'pgrst.db_timezone_enabled', 'pgrst.db_tx_end', 'pgrst.jwt_aud', 'pgrst.jwt_role_claim_key',
        'pgrst.jwt_secret', 'pgrst.jwt_secret_is_base64', 'pgrst.openapi_mode',
        'pgrst.openapi_security_active', 'pgrst.openapi_server_proxy_uri', 'pgrst.raw_media_types',
        'pgrst.server_cors_allowed_origins', 'pgrst.server_timing_enabled'
    ];
    parameter text;
    each text[];
    made text[] := '{}';
begin
    foreach each slice 1 in array wanted loop
        if not exists (select from pg_catalog.pg_roles where rolname = each[1]) then
            execute format('create role %I %s', each[1], each[2]);
            execute format('comment on role %I is %L', each[1], mark);
            made := made || each[1];
        end if;
    end loop;

    -- The superuser that a cluster of ours starts with is supabase_admin itself: its settings are ours too.
    if exists (select from pg_catalog.pg_roles where rolname = 'supabase_admin' and oid = 10)
        and not exists (select from pg_catalog.pg_db_role_setting where setrole = 10 and setdatabase = 0) then
        made := made || 'supabase_admin'::text;
    end if;

    foreach each slice 1 in array settings loop
        if each[1] = any (made) then
            execute format('alter role %I set %I to %s', each[1], each[2], each[3]);
        end if;
    end loop;

    foreach each slice 1 in array memberships loop
        -- A predefined role may be younger than the server, and a superuser needs no membership.
        continue when not exists (select from pg_catalog.pg_roles where rolname = each[1]);
        continue when each[3] = 'only admin' and not modern;
        continue when exists (
            select
            from pg_catalog.pg_auth_members as m
            where m.roleid = each[1]::regrole and m.member = each[2]::regrole
                and (each[3] = '' or m.admin_option or not modern)
        );
        execute format(
            'grant %I to %I%s', each[1], each[2],
            case
                when each[3] = 'admin' and modern then ' with admin option'
                when each[3] = 'only admin' then ' with admin option, inherit false, set false'
                else ''
            end
        );
    end loop;

    foreach parameter in array parameters loop
        if not pg_catalog.has_parameter_privilege('postgres', parameter, 'set') then
            execute format('grant set on parameter %s to postgres', parameter);
        end if;
    end loop;
end
$roles$;
