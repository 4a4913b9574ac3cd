create table public.t (a int, b int);
create index x on public.t (b);
create index y on public.t (a);
