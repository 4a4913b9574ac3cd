create domain public.z as int check (value > 0);
create domain public.a as public.z check (value < 10);
create table public.t (z public.a);
