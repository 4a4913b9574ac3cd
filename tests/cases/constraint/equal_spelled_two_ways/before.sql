create table public.t (a int not null primary key, b text check (b in ('x', 'y')), c int references public.t);
