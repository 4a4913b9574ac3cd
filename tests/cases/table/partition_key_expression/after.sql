create function public.bucket(int) returns int language sql immutable as 'select $1 % 4';
create table public.a (id int) partition by range (public.bucket(id));
create table public.a_1 partition of public.a for values from (0) to (2);
create table public.b (id int, name text) partition by list (lower(name) collate "C");
create table public.b_1 partition of public.b for values in ('it''s', 'b');
