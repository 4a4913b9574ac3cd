create table public.t (a text, b bigint);
alter table public.t alter column a set storage external;
alter table public.t alter column a set statistics 200;
alter table public.t alter column b set statistics 300;
