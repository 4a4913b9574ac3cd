create materialized view public.m with (fillfactor = 70) as select 1 as a, 'x'::text as b;
create materialized view public.n as select 1 as a, 'x'::text as b;
