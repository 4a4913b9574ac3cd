create table public.t (b text, a int);
create index j on public.t (b);
create index i on public.t (a, b) where a is not null;
