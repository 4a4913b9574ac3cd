create table g (id int, x text);
create table a () inherits (g);
create table b (y int, x text);
create table o (z text, x text);
create table c (w int) inherits (a, b, o);
create table d () inherits (c);
create index on c (x);
