insert into public.a values (1); refresh materialized view public.mv;
