create table t (id integer primary key);
grant all on t to role_a;
