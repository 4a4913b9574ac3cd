create table public.a (id int primary key);
alter table public.a replica identity full;
create table public.b (id int not null unique);
alter table public.b replica identity using index b_id_key;
create table public.c (id int);
