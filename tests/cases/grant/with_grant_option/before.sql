create table t (id integer primary key);
grant select on t to role_a;
grant insert on t to role_b with grant option;
grant update on t to role_b with grant option;
