create table p (a int, b bigint not null default 3) partition by range (a);
create table k (a int, b bigint not null default 4);
alter table p attach partition k for values from (1) to (5);
create view v as select b from k;
