create type p as (x integer, y text);
create function f(a jsonb default '{"k": ["it''s", null]}', b interval default '1 day 02:00', c p default row(1, 'a,b')::p, d date default current_date, e text default null) returns void language sql as '';
