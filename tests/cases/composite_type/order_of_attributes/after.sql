create type public.c as (b text, a int);
create function public.f() returns public.c language sql as $$ select 'x', 1 $$;
