create table public.t (a int);
create view public.v with (security_invoker = true, security_barrier = true) as select a from public.t;
create view public.w as select a from public.t;
create view public.x with (security_invoker = false) as select a from public.t;
