create materialized view public.m as select 1 as a;
create index m_a on public.m (a);
