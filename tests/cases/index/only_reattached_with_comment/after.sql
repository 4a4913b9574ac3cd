create table p (a int, b int) partition by range (a);
create table k partition of p for values from (1) to (6);
create index p_b on only p (b);
comment on index p_b is 'x';
