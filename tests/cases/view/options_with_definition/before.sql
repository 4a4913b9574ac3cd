create table public.t (a int);
create view public.v with (security_invoker = true) as select a from public.t;
create view public.w as select a from public.t;
