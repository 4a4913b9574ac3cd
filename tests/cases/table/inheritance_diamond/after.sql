create table public.top (id bigint not null default 1, n text check (n <> ''));
create table public.l () inherits (public.top);
create table public.r (own int) inherits (public.top);
create table public.bottom (x int) inherits (public.l, public.r);
