create extension citext;
create extension btree_gist;
create table public.t (id int, a citext unique, during daterange, exclude using gist (id with =, during with &&));
create function public.f(citext) returns citext language sql as 'select $1';
create domain public.email as citext check (value ~ '@');
