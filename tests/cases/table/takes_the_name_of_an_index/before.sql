create table public.t (id int);
create index things on public.t (id);
