create table r (id int primary key) partition by list (id);
create table r1 partition of r for values in (1);
create table r2 partition of r for values in (2);
create table c (a int);
