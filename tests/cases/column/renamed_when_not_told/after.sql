create table public.t (id int primary key, title text);
create index t_name on public.t (title);
