create table public.t (a int not null, constraint t_key primary key (a));
create table public.r (a int, constraint r_a foreign key (a) references public.t (a));
