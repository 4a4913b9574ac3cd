create table t (id integer primary key);
alter table t owner to role_a;
grant all on t to role_a with grant option;
