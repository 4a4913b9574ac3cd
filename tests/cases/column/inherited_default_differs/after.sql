create table public.parent (id int, a int default 3);
create table public.child () inherits (public.parent);
alter table public.child alter column a drop default;
