create table t (a serial);
alter table t owner to role_a;
create table u (a int);
