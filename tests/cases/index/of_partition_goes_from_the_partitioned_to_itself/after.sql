create table p (a int, b text) partition by list (b);
create table x partition of p for values in ('x');
create index on x (a);
