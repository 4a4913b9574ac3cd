create function public.f() returns bigint language sql as 'select 1::bigint';
create materialized view public.m as select public.f() as a;
create unique index m_a on public.m (a);
