create domain public.d as int constraint positive check (value > 0);
create table public.a (x public.d);
create table public.b (a public.a);
