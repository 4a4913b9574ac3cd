create table p (a int not null, b text) partition by list (b);
create table x partition of p for values in ('x');
create table z partition of p for values in ('z');
