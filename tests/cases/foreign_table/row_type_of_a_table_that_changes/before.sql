create foreign data wrapper w;
create server s foreign data wrapper w;
create domain public.d as int;
create table public.a (x int);
create foreign table public.b (r public.a, l public.d[]) server s;
