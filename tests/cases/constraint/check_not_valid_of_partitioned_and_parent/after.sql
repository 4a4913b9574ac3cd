create table a (d bigint);
alter table a add constraint c check (d > 0) not valid;
create table r5 () inherits (a);
create table r6 () inherits (a);
create table p (d bigint) partition by list (d);
create table p2 partition of p for values in (2);
alter table p add constraint c check (d > 0) not valid;
create table p1 partition of p for values in (1);
