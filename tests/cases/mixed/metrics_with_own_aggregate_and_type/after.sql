create type stat as (n bigint, total double precision, squares double precision);
create function stat_add(s stat, v double precision) returns stat language sql immutable as 'select row(s.n + 1, s.total + v, s.squares + v * v)::stat';
create function stat_both(a stat, b stat) returns stat language sql immutable parallel safe as 'select row(a.n + b.n, a.total + b.total, a.squares + b.squares)::stat';
create aggregate stats(double precision) (sfunc = stat_add, stype = stat, combinefunc = stat_both, initcond = '(0,0,0)', parallel = safe);
create table samples (id bigint primary key, v double precision, kept stat);
create view summary as select (stats(v)).n as n, (stats(v)).total as total, (stats(v)).squares as squares from samples;
