create domain public.d as int constraint k check (value > 0);
create table public.t (d public.d);
