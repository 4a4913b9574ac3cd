create type public.state as enum ('x', 'b', 'c');
create table public.t (s public.state default 'x');
