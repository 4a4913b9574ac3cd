create table p (a int, b int) partition by range (a);
create table k partition of p for values from (2) to (6);
create table l partition of p for values from (6) to (9);
create index p_b on only p (b);
