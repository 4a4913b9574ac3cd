create table public.t (a int, b int);
create index i on public.t (b, a);
