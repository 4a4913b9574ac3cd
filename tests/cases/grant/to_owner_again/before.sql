create table t (id integer primary key);
alter table t owner to role_a;
