create table public.t (a int, b int);
create view public.v as select * from public.t;
create view public.w as select * from public.v;
