create table public.a (x int);
create materialized view public.mv as select a, array[a] as l from public.a;
comment on materialized view public.mv is 'rows';
create view public.v as select * from public.mv;
