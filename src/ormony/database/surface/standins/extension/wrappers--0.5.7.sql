-- ormony stand-in of wrappers: CREATE FOREIGN DATA WRAPPER, CREATE SERVER and CREATE FOREIGN TABLE work, so that
-- migrations replay. A handler cannot be written in SQL, so postgres_fdw's stands for each: a query of a foreign
-- table then fails, because there is no such PostgreSQL server.

do $$
declare
    kind text;
begin
    foreach kind in array array[
        'airtable', 'auth0', 'big_query', 'click_house', 'cognito', 'duckdb', 'firebase', 'hello_world', 'iceberg',
        'logflare', 'mssql', 'redis', 's3', 's3_vectors', 'stripe', 'wasm'
    ] loop
        begin
            execute format(
                'create function %I() returns fdw_handler language c strict as %L, %L',
                kind || '_fdw_handler', '$libdir/postgres_fdw', 'postgres_fdw_handler'
            );
        exception when undefined_file then
            raise exception 'ormony''s stand-in of the extension wrappers needs the module postgres_fdw' using
                errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real wrappers.';
        end;
        execute format(
            'create function %I(options text[], catalog oid) returns void language plpgsql as %L',
            -- A function in SQL would return null, which PostgreSQL does not take from a validator.
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
