create table a (x int, y text default 'a', constraint cx check (x > 0));
create table b (x int not null, z int);
create table c (x int, w int, constraint cx check (x > 0)) inherits (a, b);
create table d (y text default 'd') inherits (a);
create table e (y text default 'e') inherits (c, d);
create index on e (x);
create view v as select * from a;
create view vo as select * from only a;
