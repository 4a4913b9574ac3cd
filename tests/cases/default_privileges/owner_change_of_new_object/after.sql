alter default privileges in schema public grant select on tables to role_b;
create table t (id integer primary key);
alter table t owner to role_a;
create view v as select id from t;
revoke all on v from role_b;
alter view v owner to role_c;
