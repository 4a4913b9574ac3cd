-- ormony stand-in of plpgsql_check: the signatures; checking needs the real one.

create function plpgsql_check_function(funcoid regprocedure, relid regclass default 0) returns setof text language plpgsql volatile as $$
begin
    raise exception 'plpgsql_check_function is missing in ormony''s stand-in of the extension plpgsql_check' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real plpgsql_check.';
end
$$;

create function plpgsql_check_function(name text, relid regclass default 0) returns setof text language plpgsql volatile as $$
begin
    raise exception 'plpgsql_check_function is missing in ormony''s stand-in of the extension plpgsql_check' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real plpgsql_check.';
end
$$;
