create type public.pair as (a int, b int);
create table public.t (id int, p public.pair);
create view public.v as select (p).a from public.t;
