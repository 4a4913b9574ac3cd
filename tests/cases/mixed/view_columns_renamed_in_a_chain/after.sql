create table t (a int, b int);
create view v as select a as xx, b as y from t union all select b, a from t;
create view v2 as select xx from v;
create view v3 (p) as select xx from v2;
grant select (xx) on v to role_a;
comment on column v.xx is 'x';
alter view v alter xx set default 6;
