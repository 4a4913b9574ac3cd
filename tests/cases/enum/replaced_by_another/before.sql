create type public.old_state as enum ('a', 'b');
create table public.t (id int, s public.old_state not null default 'a');
