create table p (k int, d bigint) partition by list (k);
create table p2 partition of p for values in (2) partition by list (d);
create table p4 partition of p2 for values in (2);
alter table p add constraint c check (d > 0) not valid;
create table p1 partition of p for values in (1);
create table p3 partition of p2 for values in (3);
