create type public.e as enum ('a', 'b');
create domain public.d as public.e default 'b' check (value <> 'a');
