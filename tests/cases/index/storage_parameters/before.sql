create table public.t (a int, b int[]);
create index i on public.t (a) with (fillfactor = 70);
create index j on public.t using gin (b);
create index k on public.t (a);
