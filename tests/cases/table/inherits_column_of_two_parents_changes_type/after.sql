create table a (id int, x varchar(30) default 'a');
create table b (y int, x varchar(30) default 'b');
create table c (x varchar(30) default 'c') inherits (a, b);
