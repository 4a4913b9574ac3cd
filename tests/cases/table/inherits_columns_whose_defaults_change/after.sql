create table p (a int default 2, b int default 3, c text, d text, e int);
create table h () inherits (p);
create table i (a int default 5, b int, e int) inherits (p);
alter table i alter b drop default;
