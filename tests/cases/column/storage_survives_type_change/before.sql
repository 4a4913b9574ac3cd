create table public.t (a varchar(100), b int);
alter table public.t alter column a set storage external;
alter table public.t alter column a set statistics 200;
alter table public.t alter column b set statistics 300;
