create function greeting(name text) returns text
    language plpgsql
    as $$
begin
    return 'hello ' || name;
end;
$$;
