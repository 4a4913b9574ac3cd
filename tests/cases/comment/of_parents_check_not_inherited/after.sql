create table b (x int, constraint c check (x > 1) no inherit);
create table a (y int) inherits (b);
