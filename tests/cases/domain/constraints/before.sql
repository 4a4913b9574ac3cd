create domain public.d as int constraint min check (value > 0) constraint max check (value < 100);
create table public.t (d public.d);
