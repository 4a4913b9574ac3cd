create table public.t (a int, b bigint);
create function public.h(public.t) returns int language sql immutable as 'select 1';
create index i on public.t (public.h(t));
