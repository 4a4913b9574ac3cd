create table public.t (a bigint, b int);
create materialized view public.m1 as select a from public.t;
create materialized view public.m2 as select sum(a) as s, count(*) as n from public.m1;
create index on public.m1 (a);
create view public.v as select s from public.m2;
