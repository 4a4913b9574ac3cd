create table public.t (a int, b int);
create index i on public.t (a, b);
alter table public.t cluster on i;
