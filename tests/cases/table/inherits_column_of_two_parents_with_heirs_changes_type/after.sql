create table g (id int, x varchar(30));
create table a () inherits (g);
create table b (y int, x varchar(30));
create table o (z text, x varchar(30));
create table c (w int) inherits (a, b, o);
create table d () inherits (c);
create index on c (x);
