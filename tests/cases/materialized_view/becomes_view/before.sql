create table public.t (a int);
create materialized view public.m as select a from public.t;
create index m_a on public.m (a);
