create table public.t (id int, x int);
create view public.b as select id, x from public.t;
create view public.a as select id, x from public.b;
