create table public.t (id int, a text unique, during daterange);
create function public.f(text) returns text language sql as 'select $1';
create domain public.email as text check (value ~ '@');
