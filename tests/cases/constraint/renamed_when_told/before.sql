create table public.t (a int primary key, b int, constraint a_min check (a > 0), constraint fk foreign key (b) references public.t);
