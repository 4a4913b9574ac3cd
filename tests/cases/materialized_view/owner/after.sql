create materialized view public.m as select 1 as a;
alter materialized view public.m owner to role_a;
grant select on public.m to role_b;
