create function k(n integer) returns bigint language sql immutable as 'select n % 4::bigint';
create table t (id integer) partition by list (k(id));
create table t_0 partition of t for values in (0);
