create sequence s;
create table t (a int);
alter sequence s owner to role_a;
