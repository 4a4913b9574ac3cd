create table p (a int, b text) partition by list (b);
create table x partition of p for values in ('x');
create index on x (a);
alter table x add constraint x_a_b_key unique (a, b);
