create table public.t (a int, b int);
create or replace view public.v (a, b) as SELECT t.a, t.b FROM public.t WHERE (t.a = 1) AND ((t.b = 2));
