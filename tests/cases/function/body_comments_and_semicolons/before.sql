create function q() returns integer language plpgsql as $$
-- a comment; with a semicolon
begin
    return 1; /* and 'a quote */
end $$;
