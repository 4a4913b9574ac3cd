create domain public.d as int;
create type public.c as (a text, b public.d);
