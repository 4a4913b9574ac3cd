create table a (x varchar(30));
create table b (y bigint, x varchar(30));
create table c () inherits (a, b);
