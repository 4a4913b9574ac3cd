create table public.t (id int, x int);
create view public.b as select id from public.t;
create view public.a as select x from public.t;
