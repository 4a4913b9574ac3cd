create table public.t (id int, a int);
create function public.f(public.t) returns int language sql immutable as 'select $1.id';
create index t_f on public.t (public.f(t));
alter table public.t add constraint k check (public.f(t) > 0);
