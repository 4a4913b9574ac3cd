create table public.a (id int primary key);
create table public.b (x int references public.a, y int, z int);
alter table public.b add constraint b_z foreign key (z) references public.a not valid;
