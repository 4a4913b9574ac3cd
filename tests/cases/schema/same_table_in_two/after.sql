create schema a;
create schema b;
create table a.t (id int primary key, x bigint);
create table b.t (id int primary key, x bigint, y text);
create index t_x on b.t (x);
create view public.both as select x from a.t union all select x from b.t;
