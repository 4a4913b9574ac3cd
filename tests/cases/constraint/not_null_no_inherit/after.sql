create table public.p (a int, b int constraint b_nn not null no inherit);
alter table public.p add constraint a_nn not null a no inherit;
create table public.c () inherits (public.p);
