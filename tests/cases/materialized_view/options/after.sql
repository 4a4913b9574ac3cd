create materialized view public.m with (autovacuum_enabled = false) as select 1 as a, 'x'::text as b;
create materialized view public.n as select 1 as a, 'x'::text as b;
alter materialized view public.n alter column b set storage external;
alter materialized view public.n alter column b set compression pglz;
alter materialized view public.n alter column a set statistics 77;
