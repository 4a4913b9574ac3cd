create table t (id integer);
grant select, insert on t to role_a;
