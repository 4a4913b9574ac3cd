create table p (a int, b int) partition by list (a);
create table k partition of p for values in (1);
alter table only p add constraint u unique (a, b);
