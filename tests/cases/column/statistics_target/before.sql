create table public.t (a int, b int, c int);
alter table public.t alter column b set statistics 50;
alter table public.t alter column c set statistics 0;
