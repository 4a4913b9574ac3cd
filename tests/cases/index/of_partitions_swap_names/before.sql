create table p (a int, b int) partition by range (a);
create table k partition of p for values from (1) to (5);
create index x on k (b);
create index y on k (a);
create index p_b on p (b);
create index p_a on p (a);
