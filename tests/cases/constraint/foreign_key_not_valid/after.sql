create table public.a (id int primary key);
create table public.b (x int, y int, z int references public.a);
alter table public.b rename constraint b_z_fkey to b_z;
alter table public.b add constraint b_x_fkey foreign key (x) references public.a not valid;
