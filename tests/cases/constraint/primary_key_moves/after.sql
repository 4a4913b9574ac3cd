create table public.t (a int not null unique, b int not null, c int not null, primary key (b, c));
create table public.r (a int references public.t (a));
