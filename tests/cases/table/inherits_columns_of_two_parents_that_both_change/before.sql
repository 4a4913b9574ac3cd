create table a (x text);
create table b (y int, x text);
create table c () inherits (a, b);
