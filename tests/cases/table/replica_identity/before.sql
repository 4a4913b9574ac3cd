create table public.a (id int primary key);
create table public.b (id int not null unique);
create table public.c (id int);
alter table public.c replica identity nothing;
