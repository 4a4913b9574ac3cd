create table public.t (a int, b int);
create unique index i on public.t (a) nulls not distinct;
create unique index j on public.t (b);
