create table p (a int); create table q (b int not null default 3 check (b > 0), t text collate "C" default 'x'); create table c (x int) inherits (p);
