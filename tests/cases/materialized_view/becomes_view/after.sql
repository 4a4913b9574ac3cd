create table public.t (a int);
create view public.m as select a from public.t;
