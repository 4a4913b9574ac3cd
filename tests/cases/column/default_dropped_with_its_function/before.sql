create function public.f() returns int language sql as 'select 1';
create table public.t (a int default public.f(), b int default public.f() + 1);
