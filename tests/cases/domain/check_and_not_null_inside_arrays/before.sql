create domain public.d as text check (value <> '');
create domain public.whole as public.d;
create domain public.e as int;
create table public.t (id int, xs public.d[], w public.whole[], es public.e[]);
