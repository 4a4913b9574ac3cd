create table public.m (a int);
create index m_a on public.m (a);
