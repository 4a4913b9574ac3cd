-- Schemas supabase_functions (database webhooks), graphql_public and pgbouncer.

create table supabase_functions.migrations (
    version text constraint migrations_pkey primary key,
    inserted_at timestamptz not null default now()
);

create table supabase_functions.hooks (
    id bigserial constraint hooks_pkey primary key,
    hook_table_id integer not null,
    hook_name text not null,
    created_at timestamptz not null default now(),
    request_id bigint
);
create index supabase_functions_hooks_request_id_idx on supabase_functions.hooks (request_id);
create index supabase_functions_hooks_h_table_id_h_name_idx
    on supabase_functions.hooks (hook_table_id, hook_name);

-- A webhook: arguments are url, method, headers, params (GET) or nothing, timeout in milliseconds.
create function supabase_functions.http_request() returns trigger
language plpgsql security definer set search_path to supabase_functions as $$
declare
    url constant text := tg_argv[0];
    method constant text := tg_argv[1];
    headers constant jsonb := coalesce(nullif(tg_argv[2], 'null'), '{}')::jsonb;
    params constant jsonb := coalesce(nullif(tg_argv[3], 'null'), '{}')::jsonb;
    milliseconds constant integer := coalesce(nullif(tg_argv[4], 'null'), '1000')::integer;
    request bigint;
begin
    if url is null or url = 'null' then
        raise exception 'url argument is missing';
    end if;
    case method
        when 'GET' then
            execute 'select net.http_get($1, $2, $3, $4)' into request using url, params, headers, milliseconds;
        when 'POST' then
            execute 'select net.http_post($1, $2, $3, $4, $5)' into request using
                url,
                jsonb_build_object(
                    'old_record', old, 'record', new, 'type', tg_op, 'table', tg_table_name,
                    'schema', tg_table_schema
                ),
                params, headers, milliseconds;
        else
            raise exception 'method argument % is invalid', coalesce(method, 'null');
    end case;
    insert into supabase_functions.hooks (hook_table_id, hook_name, request_id) values (tg_relid, tg_name, request);
    return coalesce(new, old);
end
$$;

alter table supabase_functions.migrations owner to supabase_functions_admin;
alter table supabase_functions.hooks owner to supabase_functions_admin;
alter function supabase_functions.http_request() owner to supabase_functions_admin;
revoke all on function supabase_functions.http_request() from public;

-- What the platform answers while pg_graphql is not enabled.
create function graphql_public.graphql(
    "operationName" text default null, query text default null, variables jsonb default null,
    extensions jsonb default null
) returns jsonb language plpgsql as $$
begin
    return jsonb_build_object(
        'errors', jsonb_build_array(jsonb_build_object('message', 'pg_graphql extension is not enabled.'))
    );
end
$$;
