create table t (id integer primary key);
grant select, insert on t to role_a with grant option;
