create table t (a int, b int);
create view v as select a as x, b as y from t union all select b, a from t;
create view v2 as select x from v;
create view v3 (p) as select x from v2;
grant select (x) on v to role_a;
comment on column v.x is 'x';
alter view v alter x set default 5;
