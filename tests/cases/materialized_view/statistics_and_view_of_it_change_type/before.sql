create table public.t (a int);
create materialized view public.m as select a, a * 2 as b from public.t;
create statistics public.st on a, b from public.m;
create view public.v as select b from public.m;
grant select (a) on public.m to role_a;
