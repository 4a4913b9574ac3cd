-- Schema realtime: broadcast messages, the functions that triggers and policies use, and the publication.
-- No realtime server runs here: messages are stored and nobody receives them.

-- Not its future owner makes these: the schema gives supabase_realtime_admin's new objects no default privileges,
-- and supabase_admin's go to postgres and dashboard_user.
create type realtime.action as enum ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ERROR');
create type realtime.equality_op as enum (
    'eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in', 'like', 'ilike', 'is', 'match', 'imatch', 'isdistinct'
);
create type realtime.user_defined_filter as (column_name text, op realtime.equality_op, value text, negate boolean);
create type realtime.wal_column as (
    name text, type_name text, type_oid oid, value jsonb, is_pkey boolean, is_selectable boolean
);
create type realtime.wal_rls as (wal jsonb, is_rls_enabled boolean, subscription_ids uuid[], errors text[]);

create function realtime.to_regrole(role_name text) returns regrole language sql immutable as $$
    select role_name::regrole
$$;

create table realtime.schema_migrations (
    version bigint constraint schema_migrations_pkey primary key,
    inserted_at timestamp(0)
);

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid default gen_random_uuid(),
    binary_payload bytea,
    constraint messages_payload_exclusive check (payload is null or binary_payload is null),
    constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);
create index messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
    where extension = 'broadcast' and private is true;
-- The realtime server makes one partition a day. Without it, this one takes everything.
create table realtime.messages_default partition of realtime.messages default;
alter table realtime.messages enable row level security;

create table realtime.subscription (
    id bigint generated always as identity constraint pk_subscription primary key,
    subscription_id uuid not null,
    entity regclass not null,
    filters realtime.user_defined_filter[] not null default '{}',
    claims jsonb not null,
    claims_role regrole not null generated always as (realtime.to_regrole(claims ->> 'role')) stored,
    created_at timestamp not null default timezone('utc', now()),
    action_filter text default '*' constraint subscription_action_filter_check
        check (action_filter in ('*', 'INSERT', 'UPDATE', 'DELETE')),
    selected_columns text[]
);
create index ix_realtime_subscription_entity on realtime.subscription (entity);

create function realtime.topic() returns text language sql stable as $$
    select nullif(current_setting('realtime.topic', true), '')::text
$$;

-- Both senders only warn when a message cannot be stored: a broadcast must not fail the write that caused it.

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql as $$
declare
    new_id constant uuid := gen_random_uuid();
begin
    perform set_config('realtime.topic', topic, true);
    insert into realtime.messages (id, payload, event, topic, private, extension)
    values (
        new_id, case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(new_id)) end,
        event, topic, private, 'broadcast'
    );
exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void language plpgsql as $$
begin
    perform set_config('realtime.topic', topic, true);
    insert into realtime.messages (binary_payload, event, topic, private, extension)
    values (payload, event, topic, private, 'broadcast');
exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create function realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record,
    level text default 'ROW'
) returns void language plpgsql as $$
begin
    if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
    end if;
    if operation is null or operation not in ('INSERT', 'UPDATE', 'DELETE') then
        raise exception 'Unexpected operation type: %', operation;
    end if;
    perform realtime.send(
        jsonb_build_object(
            'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
        ),
        event_name, topic_name
    );
exception when others then
    raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

create function realtime.cast(val text, type_ regtype) returns jsonb language plpgsql immutable as $$
declare
    result jsonb;
begin
    if type_ = 'bytea'::regtype then
        return to_jsonb(val);
    end if;
    execute format('select to_jsonb(%L::%s)', val, type_) into result;
    return result;
end
$$;

-- What only the realtime server calls, on changes that it decodes from the write-ahead log.

create function realtime.check_equality_op(op realtime.equality_op, type_ regtype, val_1 text, val_2 text)
returns boolean language plpgsql immutable as $$
begin
    raise exception 'realtime.check_equality_op is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

create function realtime.check_equality_op(
    op realtime.equality_op, type_ regtype, val_1 text, val_2 text, negate boolean
) returns boolean language plpgsql immutable as $$
begin
    raise exception 'realtime.check_equality_op is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

create function realtime.is_visible_through_filters(
    columns realtime.wal_column[], filters realtime.user_defined_filter[]
) returns boolean language plpgsql immutable as $$
begin
    raise exception 'realtime.is_visible_through_filters is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

create function realtime.quote_wal2json(entity regclass) returns text language plpgsql immutable strict as $$
begin
    raise exception 'realtime.quote_wal2json is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

create function realtime.build_prepared_statement_sql(
    prepared_statement_name text, entity regclass, columns realtime.wal_column[]
) returns text language plpgsql as $$
begin
    raise exception 'realtime.build_prepared_statement_sql is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

create function realtime.apply_rls(wal jsonb, max_record_bytes integer default 1024 * 1024)
returns setof realtime.wal_rls language plpgsql as $$
begin
    raise exception 'realtime.apply_rls is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

create function realtime.list_changes(
    publication name, slot_name name, max_changes integer, max_record_bytes integer
) returns table (
    wal jsonb, is_rls_enabled boolean, subscription_ids uuid[], errors text[], slot_changes_count bigint
) language plpgsql as $$
begin
    raise exception 'realtime.list_changes is a stand-in of ormony: it has no result' using
        errcode = 'feature_not_supported', hint = 'Run Supabase''s realtime server.';
end
$$;

do $$
declare
    each text;
begin
    for each in
        select format('alter table realtime.%I owner to supabase_realtime_admin', relname)
        from pg_catalog.pg_class
        where relnamespace = 'realtime'::regnamespace and relkind in ('r', 'p') and relname <> 'schema_migrations'
        union all
        select format('alter type realtime.%I owner to supabase_realtime_admin', typname)
        from pg_catalog.pg_type left join pg_catalog.pg_class as c on c.oid = typrelid
        where typnamespace = 'realtime'::regnamespace and (typtype = 'e' or c.relkind = 'c')
        union all
        select format('alter function %s owner to supabase_realtime_admin', oid::regprocedure)
        from pg_catalog.pg_proc
        where pronamespace = 'realtime'::regnamespace
    loop
        execute each;
    end loop;
end
$$;

grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;
grant select on realtime.subscription to postgres, anon, service_role;
grant execute on all functions in schema realtime to postgres, anon, authenticated, service_role;
revoke all on realtime.schema_migrations from postgres, dashboard_user;

set local role postgres;
create publication supabase_realtime;
set local role supabase_admin;
