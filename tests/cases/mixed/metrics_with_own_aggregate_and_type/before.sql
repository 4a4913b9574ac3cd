create type stat as (n bigint, total double precision);
create function stat_add(s stat, v double precision) returns stat language sql immutable as 'select row(s.n + 1, s.total + v)::stat';
create aggregate stats(double precision) (sfunc = stat_add, stype = stat, initcond = '(0,0)');
create table samples (id bigint primary key, v double precision, kept stat);
create view summary as select (stats(v)).n as n, (stats(v)).total as total from samples;
