create table public.t (a int, b int, c int);
create view public.v as select c, a, b from public.t;
