create table a (x int, constraint c check (x > 1) no inherit);
create table b (y int) inherits (a);
comment on constraint c on a is 'a';
