create type public.c as (a int, b int, c int);
create function public.f() returns setof public.c language sql as 'select 1, 2, 3';
create view public.v as select a, b from public.f();
