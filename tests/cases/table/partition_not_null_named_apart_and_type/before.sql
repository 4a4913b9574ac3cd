create table p (a int, b int not null default 3) partition by range (a);
create table k partition of p for values from (1) to (5);
create view v as select b from k;
