create table p (a int, b int) partition by range (a);
create table k (a int, b int);
alter table p attach partition k for values from (1) to (5);
alter table p add constraint c check (b > 1) not valid;
create index pb on only p (b);
