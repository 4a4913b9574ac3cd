create table public.t (a int, b int generated always as (a * 2));
create view public.v as select b from public.t;
