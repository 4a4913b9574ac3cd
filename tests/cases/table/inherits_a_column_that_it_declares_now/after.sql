create table p (a bigint, b int, k text);
create table c (x int, a bigint) inherits (p);
create table q (z int);
create table d (b int) inherits (q, p);
create table e () inherits (d);
