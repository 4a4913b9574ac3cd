-- ormony stand-in of pg_graphql: the signatures; a query raises an error.

create sequence graphql.seq_schema_version;

create function graphql.get_schema_version() returns integer
language sql security definer set search_path = '' as $$
    select last_value::integer from graphql.seq_schema_version
$$;

create function graphql.increment_schema_version() returns event_trigger
language plpgsql security definer set search_path = '' as $$
begin
    perform pg_catalog.nextval('graphql.seq_schema_version');
end
$$;

create function graphql.comment_directive(comment_ text) returns jsonb language sql immutable as $$
    -- What follows "@graphql(" up to its parenthesis, if it is an object.
    select coalesce((regexp_match(comment_, '@graphql\((\{.*\})\)'))[1]::jsonb, '{}')
$$;

create function graphql.exception(message text) returns text language plpgsql as $$
begin
    raise exception using errcode = '22000', message = message;
end
$$;

create function graphql.resolve(
    query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null
) returns jsonb language plpgsql volatile as $$
begin
    raise exception 'graphql.resolve is missing in ormony''s stand-in of the extension pg_graphql' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pg_graphql.';
end
$$;

do $$
declare
    who text;
begin
    for who in
        select quote_ident(rolname)
        from pg_catalog.pg_roles
        where rolname in ('postgres', 'anon', 'authenticated', 'service_role')
    loop
        execute format('grant usage on schema graphql to %s', who);
        execute format('grant execute on all functions in schema graphql to %s', who);
        execute format('grant all on all sequences in schema graphql to %s', who);
    end loop;
end
$$;
