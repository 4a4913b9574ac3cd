create domain public.d as int;
create type public.c as (a text collate "C", b public.d, c public.d[]);
comment on type public.c is 'composite';
comment on column public.c.a is 'attribute';
