create table public.parent (id int, a int default 1);
create table public.child () inherits (public.parent);
alter table public.child alter column a set default 2;
