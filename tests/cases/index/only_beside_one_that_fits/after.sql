create table p (a int, b int) partition by range (a);
create table k partition of p for values from (1) to (6);
create table l partition of p default;
create index p_b on only p (b);
create index p_b2 on p (b);
