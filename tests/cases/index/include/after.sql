create table public.t (a int, b int, c int);
create index i on public.t (a) include (c, b);
create unique index u on public.t (b) include (a);
