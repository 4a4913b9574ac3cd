create table public.t (a int, b int);
create view public.v as select * from public.t where a = 1 and b = 2;
