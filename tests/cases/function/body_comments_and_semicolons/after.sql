create function q() returns integer language plpgsql as $$
-- another comment; with $1 and %
begin
    return 1; /* and "a quote */
end $$;
