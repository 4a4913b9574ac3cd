create domain public.state as text check (value in ('a', 'b'));
create table public.t (s public.state);
