create table public.t (id int, constraint pk_t primary key (id));
create table public.r (id int references public.t);
