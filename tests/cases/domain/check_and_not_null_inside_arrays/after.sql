create function public.says(text) returns bool language sql immutable as 'select $1 <> ''x''';
create domain public.d as text check (public.says(value));
create domain public.whole as public.d;
create domain public.e as int not null;
create table public.t (id int, xs public.d[], w public.whole[], es public.e[]);
