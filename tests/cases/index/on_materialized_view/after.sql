create table public.t (a int, b int);
create materialized view public.m as select a, b from public.t;
create unique index m_a on public.m (a) include (b);
create index m_b on public.m ((b + 1)) where b > 0;
alter materialized view public.m cluster on m_a;
