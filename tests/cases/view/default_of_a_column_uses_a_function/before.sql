create table public.t (a int, b int);
create view public.v as select a, b from public.t;
