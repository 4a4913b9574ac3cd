insert into public.t values (1, 10);
refresh materialized view public.m;
