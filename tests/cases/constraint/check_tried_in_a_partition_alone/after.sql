create table s (k int, d bigint) partition by list (k);
create table s1 partition of s for values in (1);
alter table s add constraint c check (d > 0) not valid;
create table s2 partition of s for values in (2, 3);
