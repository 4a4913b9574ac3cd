create function greeting(name text) returns text
    language plpgsql
    as $$
declare
    polite text := 'good day, ';
begin
    return polite || name;
end;
$$;
