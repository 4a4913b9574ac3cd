create table public.t (a int, b int);
create view public.v with (security_barrier = true) as select b, a from public.t;
create view public.w with (security_invoker = on) as select a from public.t where b > 0;
