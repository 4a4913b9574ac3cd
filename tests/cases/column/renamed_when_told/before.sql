create table public.t (id int primary key, name text not null);
create index t_name on public.t (name);
create view public.v as select id, name from public.t;
