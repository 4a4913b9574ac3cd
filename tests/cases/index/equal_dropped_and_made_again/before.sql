create table public.t (a int, gone int, b int);
alter table public.t drop column gone;
create index i on public.t (b, a);
drop index public.i;
create index i on public.t (b, a);
