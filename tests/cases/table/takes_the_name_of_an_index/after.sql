create table public.t (id int);
create index t_id on public.t (id);
create table public.things (id int);
