create table public.t (a int, b int);
create materialized view public.m1 as select a, b from public.t;
create materialized view public.m2 as select sum(a) as s from public.m1;
create index on public.m1 (a);
create view public.v as select s from public.m2;
