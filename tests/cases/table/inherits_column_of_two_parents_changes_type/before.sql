create table a (id int, x text default 'a');
create table b (y int, x text default 'b');
create table c (x text default 'c') inherits (a, b);
