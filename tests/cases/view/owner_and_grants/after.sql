create table public.t (a int);
create view public.v as select a from public.t;
alter view public.v owner to role_b;
grant select on public.v to public;
