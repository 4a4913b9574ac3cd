create table public.t (a int, b int);
create materialized view public.m as select a, b from public.t;
create index m_a on public.m (a);
