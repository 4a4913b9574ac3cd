create table public.t (id int, constraint t_pkey primary key (id));
create table public.r (id int references public.t);
