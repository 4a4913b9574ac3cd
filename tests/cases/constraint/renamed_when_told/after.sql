create table public.t (a int primary key, b int, constraint a_positive check (a > 0), constraint fk_parent foreign key (b) references public.t);
