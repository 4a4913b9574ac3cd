create table p (k int, d bigint) partition by list (k);
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2) partition by list (d);
create table p3 partition of p2 for values in (2);
alter table p add constraint c check (d > 0);
create table q (k int, d bigint) partition by list (k);
alter table q add constraint c check (d > 0) not valid;
create table q1 partition of q for values in (1);
create table q2 (k int, d bigint);
