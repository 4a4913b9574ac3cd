create table public.t (id int primary key, title text not null);
create index t_name on public.t (title);
create view public.v as select id, title as name from public.t;
