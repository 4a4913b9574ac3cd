create table public.t (id int, x int);
create view public.a as select id from public.t;
create view public.b as select x from public.t;
