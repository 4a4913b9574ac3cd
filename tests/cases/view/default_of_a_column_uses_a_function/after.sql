create sequence public.s;
create table public.t (a int, b int);
create view public.v as select a, b from public.t;
alter view public.v alter column a set default nextval('public.s');
