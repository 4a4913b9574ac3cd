create extension btree_gist;
create type public.r as range (subtype = int);
create table public.t (id int, r public.r default '[1,2)', exclude using gist (id with =, r with &&));
create function public.f(public.r) returns int language sql as 'select lower($1)';
