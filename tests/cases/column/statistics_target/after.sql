create table public.t (a int, b int, c int);
alter table public.t alter column a set statistics 1000;
alter table public.t alter column c set statistics 10;
