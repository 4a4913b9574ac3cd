create table t (id integer primary key, a text);
grant select on t to role_a;
create view v as select a, id from t;
alter view v owner to role_a;
grant select on v to role_b;
