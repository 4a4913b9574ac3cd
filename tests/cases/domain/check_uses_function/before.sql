create function public.ok(text) returns boolean language sql immutable as $$ select $1 <> '' $$;
create domain public.d as text check (public.ok(value));
create table public.t (d public.d);
