create table p (a int, b int) partition by range (a);
create table k partition of p for values from (1) to (5) partition by list (b);
create table kk partition of k for values in (1);
create index mid on k (b);
create index p_b on p (b);
