create table p (a int default 1, b text, g int default 9, n int default 8);
create table q (b text default 'r', z int);
create table h (a int, b text default null) inherits (p);
create table k (b text default 'k') inherits (p, q);
create table m (a int) inherits (p);
alter table m alter a drop default;
