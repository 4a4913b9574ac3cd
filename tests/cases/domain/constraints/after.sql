create domain public.d as int constraint min check (value > 1) constraint even check (value % 2 = 0);
create table public.t (d public.d);
