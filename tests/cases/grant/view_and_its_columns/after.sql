create table t (id integer primary key, a text);
create view v as select id, a from t;
grant select on v to role_a;
grant select (a), update (a) on v to role_b;
