create table public.t (a int, b int, c int generated always as (a + b) stored);
create view public.v as select c from public.t;
