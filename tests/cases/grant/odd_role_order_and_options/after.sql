create table t (id integer primary key);
grant insert on t to role_c with grant option;
grant select on t to role_b with grant option;
grant select on t to role_a;
