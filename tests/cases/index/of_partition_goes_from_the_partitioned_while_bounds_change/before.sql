create table p (a int, b text) partition by list (b);
create table x partition of p for values in ('x', 'y');
create index on p (a);
alter table p add constraint u unique (a, b);
