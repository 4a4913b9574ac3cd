create table t (id integer primary key);
grant select on t to role_a with grant option;
set role role_a;
grant select on t to role_b;
reset role;
