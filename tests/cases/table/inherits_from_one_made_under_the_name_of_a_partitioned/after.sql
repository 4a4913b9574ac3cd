create table r1 (c int);
create table x (a int) inherits (r1);
