create type public.state as enum ('a', 'b');
create table public.t (s public.state default 'a');
