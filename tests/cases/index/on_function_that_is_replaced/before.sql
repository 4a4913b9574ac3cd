create function public.f(t text) returns text language sql immutable as 'select lower(t)';
create table public.t (a text);
create unique index i on public.t (public.f(a));
