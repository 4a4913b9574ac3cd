-- ormony stand-in of pgtap: what every test begins and ends with, and that says where the rest is. Tests are run by
-- `supabase test db` or pg_prove, against a server that has the real one.

create function pgtap_version() returns numeric language sql immutable as $$
    select 1.3
$$;

create function plan(integer) returns text language plpgsql volatile as $$
begin
    raise exception 'plan is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function no_plan() returns setof boolean language plpgsql volatile as $$
begin
    raise exception 'no_plan is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function finish(exception_on_failure boolean default null) returns setof text language plpgsql volatile as $$
begin
    raise exception 'finish is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function ok(boolean, text) returns text language plpgsql volatile as $$
begin
    raise exception 'ok is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function ok(boolean) returns text language plpgsql volatile as $$
begin
    raise exception 'ok is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function "is"(anyelement, anyelement, text) returns text language plpgsql volatile as $$
begin
    raise exception 'is is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function pass(text) returns text language plpgsql volatile as $$
begin
    raise exception 'pass is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;

create function fail(text) returns text language plpgsql volatile as $$
begin
    raise exception 'fail is missing in ormony''s stand-in of the extension pgtap' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pgtap.';
end
$$;
