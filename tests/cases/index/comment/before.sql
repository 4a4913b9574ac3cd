create table public.t (a int primary key, b int);
create index i on public.t (b);
comment on index public.i is 'old';
