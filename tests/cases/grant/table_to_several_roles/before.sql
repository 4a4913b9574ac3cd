create table t (id integer primary key);
grant select, delete on t to role_a;
grant all on t to role_c;
