create table public.p (a int, b int not null);
create table public.c () inherits (public.p);
alter table public.c alter column a set not null;
