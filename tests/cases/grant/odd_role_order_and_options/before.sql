create table t (id integer primary key);
grant select on t to role_c;
grant insert on t to role_b;
