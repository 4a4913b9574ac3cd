create function public.f(txt text) returns text language sql immutable parallel safe as 'select upper(txt)';
create table public.t (a text);
create unique index i on public.t (public.f(a));
