create table public.t (a int);
create view public.v as select a from public.t;
grant select on public.v to role_a;
