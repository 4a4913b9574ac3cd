create table public.a (id int primary key);
create table public.b (id int primary key, a_id int not null references public.a on delete cascade);
create table public.c (a_id int references public.a (id) deferrable);
