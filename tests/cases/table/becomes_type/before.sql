create table public.t (id int);
create function public.f(public.t) returns int language sql as 'select 1';
