create function public.norm(x text) returns text language sql immutable as 'select upper(x)';
create table public.t (a text, n text generated always as (public.norm(a)) stored);
create index t_norm on public.t (public.norm(a));
