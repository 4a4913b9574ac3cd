-- ormony stand-in of wrappers: what can be had without its module. A handler cannot be written in SQL, so CREATE
-- FOREIGN DATA WRAPPER fails.

do $$
declare
    kind text;
begin
    foreach kind in array array[
        'airtable', 'auth0', 'big_query', 'click_house', 'cognito', 'duckdb', 'firebase', 'hello_world', 'iceberg',
        'logflare', 'mssql', 'redis', 's3', 's3_vectors', 'stripe', 'wasm'
    ] loop
        execute format(
            'create function %I(options text[], catalog oid) returns void language plpgsql as %L',
            kind || '_fdw_validator', 'begin end'
        );
        execute format(
            'create function %I() returns table (name text, version text, author text, website text) '
            'language sql strict as %L',
            kind || '_fdw_meta', format('select %L, null::text, null::text, null::text', kind || '_fdw (stand-in)')
        );
    end loop;
end
$$;

create table wrappers_fdw_stats (
    fdw_name text constraint wrappers_fdw_stats_pkey primary key,
    create_times bigint,
    rows_in bigint,
    rows_out bigint,
    bytes_in bigint,
    bytes_out bigint,
    metadata jsonb,
    created_at timestamptz not null default timezone('utc', now()),
    updated_at timestamptz not null default timezone('utc', now())
);
