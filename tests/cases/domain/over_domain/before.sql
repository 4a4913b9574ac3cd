create domain public.a as int check (value > 0);
create domain public.z as public.a check (value < 10);
create table public.t (z public.z);
