create table public.parent (id int, a int);
create table public.child (extra text) inherits (public.parent);
create table public.grandchild () inherits (public.child);
