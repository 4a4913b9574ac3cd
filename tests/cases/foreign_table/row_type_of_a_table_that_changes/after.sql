create foreign data wrapper w;
create server s foreign data wrapper w;
create domain public.d as int check (value > 0);
create table public.a (x bigint);
create foreign table public.b (r public.a, l public.d[]) server s;
