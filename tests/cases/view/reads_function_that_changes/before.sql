create table public.t (id int);
create function public.f(int) returns int language sql as 'select $1';
create view public.v as select public.f(id) as x from public.t;
