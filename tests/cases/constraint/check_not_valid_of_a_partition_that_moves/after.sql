create table p (k int, d bigint) partition by list (k);
create table p1 partition of p for values in (1, 2);
alter table p add constraint c check (d > 0) not valid;
