create type p as (x integer, y text);
create function f(a jsonb default '{}', b interval default '1 day') returns void language sql as '';
