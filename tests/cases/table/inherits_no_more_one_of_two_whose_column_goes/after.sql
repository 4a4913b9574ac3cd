create table c (z int);
create table b (y int);
create table d () inherits (c);
