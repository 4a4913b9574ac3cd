create table public.t (a int, b int);
create index i on public.t (a);
alter table public.t cluster on i;
