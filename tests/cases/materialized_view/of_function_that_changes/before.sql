create function public.f() returns int language sql as 'select 1';
create materialized view public.m as select public.f() as a;
