create type e as (x integer);
create function e_cmp(e, e) returns integer language sql immutable as 'select btint4cmp(($1).x, ($2).x)';
create function e_lt(e, e) returns boolean language sql immutable as 'select ($1).x < ($2).x';
create operator <# (leftarg = e, rightarg = e, procedure = e_lt);
create operator family e_fam using btree;
create operator class e_ops for type e using btree family e_fam as operator 1 <#, function 1 e_cmp(e, e);
create table t (id integer primary key, v e);
create index t_v on t (v e_ops);
