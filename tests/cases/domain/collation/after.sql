create domain public.d as text collate "C";
create table public.t (d public.d);
