create domain public.d as int;
create table public.a (x public.d);
create table public.b (a public.a);
