create table public.t (a int, b int);
create index on public.t (b);
create view public.v as select a, b from public.t;
