create table public.a (id int primary key);
create table public.b (id int primary key references public.a);
create view public.v as select a.id from public.a join public.b using (id);
create function public.f() returns setof public.a language sql as 'select * from public.a';
create table public.kept (id int, a_id int references public.a);
