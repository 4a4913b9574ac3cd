create table t (id integer primary key);
alter table t owner to role_b;
grant select on t to role_a;
