create table t (id integer primary key);
grant select on t to role_a with grant option;
grant insert on t to role_b;
