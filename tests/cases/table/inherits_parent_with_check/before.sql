create table p (a int, constraint ok check (a > 0)); create table c (a int, x int);
