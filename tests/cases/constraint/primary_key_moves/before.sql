create table public.t (a int primary key, b int not null, c int not null);
create table public.r (a int references public.t);
