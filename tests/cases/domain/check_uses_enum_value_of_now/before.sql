create type public.e as enum ('a');
create domain public.d as public.e;
