create domain public.a as text default 'x';
create domain public.b as text not null;
create domain public.c as int default 1 not null;
