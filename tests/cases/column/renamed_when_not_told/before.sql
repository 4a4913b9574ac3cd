create table public.t (id int primary key, name text);
create index t_name on public.t (name);
