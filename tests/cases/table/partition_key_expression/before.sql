create function public.bucket(int) returns int language sql immutable as 'select $1 % 4';
create table public.a (id int) partition by range (public.bucket(id));
