create type public.c as (a int, b text);
create function public.f() returns public.c language sql as $$ select 1, 'x' $$;
