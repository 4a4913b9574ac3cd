create table p (a int not null default 1, constraint ok check (a > 0)); create table c (x int) inherits (p);create index on c (x); create index on c(a);
