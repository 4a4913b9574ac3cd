create table p (a int, b int, constraint c check (b > 1)) partition by range (a);
create table k partition of p for values from (1) to (5);
create index pb on only p (b);
