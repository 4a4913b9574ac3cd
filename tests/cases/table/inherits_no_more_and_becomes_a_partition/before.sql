create table p (k int not null, a int);
create table h (b text) inherits (p);
create table q (x int);
