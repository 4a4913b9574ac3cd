create domain public.d as text;
create table public.t (d public.d);
