create table p (a int not null, constraint ok check (a > 0)); create table c (x int);create index on c (x);
