create materialized view public.t as select 1 as id, 2 as a;
create index t_a on public.t (a);
