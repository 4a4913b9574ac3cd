create table c (z int);
create table b (y int);
create table d () inherits (c, b);
alter table c add w int;
