create function public.fine(text) returns boolean language sql immutable as $$ select $1 <> '' $$;
create domain public.d as text check (public.fine(value));
create table public.t (d public.d);
