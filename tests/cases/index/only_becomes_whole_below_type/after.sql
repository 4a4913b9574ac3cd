create table p (a int, b bigint) partition by range (a);
create table k partition of p for values from (1) to (5);
create index p_b on p (b);
