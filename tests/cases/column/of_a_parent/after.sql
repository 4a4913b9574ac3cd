create table public.parent (id int, a bigint not null, b text default 'b');
create table public.child (extra text) inherits (public.parent);
create table public.grandchild () inherits (public.child);
