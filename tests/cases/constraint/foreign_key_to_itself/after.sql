create table public.t (id int primary key, parent int references public.t on delete cascade, other int constraint o references public.t (id));
