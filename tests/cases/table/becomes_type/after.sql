create type public.t as (id int);
create function public.f(public.t) returns int language sql as 'select 1';
