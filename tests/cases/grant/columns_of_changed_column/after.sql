create table t (id integer primary key, a bigint);
grant select (a) on t to role_a;
