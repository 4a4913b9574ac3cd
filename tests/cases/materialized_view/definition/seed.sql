insert into public.t values (1, 1);
refresh materialized view public.m;
