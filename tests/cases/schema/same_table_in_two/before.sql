create schema a;
create schema b;
create table a.t (id int primary key, x int);
create table b.t (id int primary key, x int);
create index t_x on a.t (x);
create view public.both as select x from a.t union all select x from b.t;
