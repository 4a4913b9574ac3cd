create table a (d bigint);
create table r5 (d bigint);
create table p (d bigint) partition by list (d);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2);
