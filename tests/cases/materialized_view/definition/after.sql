create table public.t (a int, b int);
create materialized view public.m as select a from public.t where b > 0;
create unique index m_a on public.m (a);
create view public.v as select a from public.m;
grant select on public.m to role_a;
comment on materialized view public.m is 'kept';
