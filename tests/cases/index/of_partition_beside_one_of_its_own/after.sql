create table o (a int);
create table p (a int, b int) partition by list (a);
create index pi on p (b);
create unique index pu on p (a);
create table p1 partition of p for values in (1);
create index aa on p1 (b);
create unique index ab on p1 (a);
create table p2 partition of p for values in (2);
alter table p2 add constraint ac unique (a);
