create table r1 (part int, d float) partition by hash (part);
create table r2 (c int);
create table x (a int) inherits (r2);
