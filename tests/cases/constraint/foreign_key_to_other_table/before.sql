create table public.a (id int primary key);
create table public.a2 (id int primary key);
create table public.b (k int, constraint b_k foreign key (k) references public.a);
