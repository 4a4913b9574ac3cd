create table public.s (id int);
create table public.t (id int);
