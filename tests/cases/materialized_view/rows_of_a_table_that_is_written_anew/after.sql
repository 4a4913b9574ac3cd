create unlogged table public.a (x bigint, g int generated always as (1) stored);
create materialized view public.mv as select a, array[a] as l from public.a;
comment on materialized view public.mv is 'rows';
create view public.v as select * from public.mv;
