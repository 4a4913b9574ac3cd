create table public.t (a int);
create table public.u (a int);
create index i on public.u (a);
