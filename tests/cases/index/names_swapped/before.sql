create table public.t (a int, b int);
create index x on public.t (a);
create index y on public.t (b);
