create table public.t (a int);
create view public.v as select a from public.t;
create view public.w with (security_barrier = true) as select a from public.t;
create view public.x with (security_invoker = true) as select a from public.t;
