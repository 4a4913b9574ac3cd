create type public.new_state as enum ('a', 'b', 'c');
create table public.t (id int, s public.new_state not null default 'b');
