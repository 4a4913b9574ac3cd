create table a (id integer primary key);
create table b (id integer primary key);
create view c as select 1 as x;
grant select on all tables in schema public to role_a;
revoke select on b from role_a;
