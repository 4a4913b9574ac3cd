create table p (k int not null, a int) partition by range (k);
create table p1 partition of p for values from (0) to (10) partition by list (a);
create table p11 partition of p1 default;
create table q partition of p for values from (10) to (20);
