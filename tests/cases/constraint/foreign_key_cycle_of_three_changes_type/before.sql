create table public.a (id int primary key, b_id int);
create table public.b (id int primary key, c_id int);
create table public.c (id int primary key, a_id int);
alter table public.a add foreign key (b_id) references public.b;
alter table public.b add foreign key (c_id) references public.c;
alter table public.c add foreign key (a_id) references public.a;
