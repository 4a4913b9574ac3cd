create table public.t (id int primary key, amount numeric(12, 2));
create materialized view public.m as select id, amount from public.t;
create unique index m_id on public.m (id);
create view public.over_m as select sum(amount) as total from public.m;
