create table p (a int, b int, k text);
create table c (x int) inherits (p);
create table q (z int);
create table d () inherits (q, p);
create table e () inherits (d);
