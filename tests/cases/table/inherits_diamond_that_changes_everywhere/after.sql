create table a (x bigint, y varchar(40) default 'b', q int default 4, constraint cx check (x > 1));
create table b (x bigint, z int default 7);
create table c (x bigint, w int, constraint cx check (x > 1)) inherits (a, b);
create table d (y varchar(40) default 'd', z int) inherits (a);
create table e (k int, y varchar(40) default 'e', z int default 8) inherits (c, d);
create index on e (x desc);
create view v as select * from a;
create view vo as select * from only a;
