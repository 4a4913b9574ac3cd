create table public.t (a int);
create materialized view public.m as select 1 / a as x from public.t with no data;
create index m_x on public.m (x);
