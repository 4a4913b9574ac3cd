create table public.a (id bigint primary key);
create table public.b (id int primary key, a_id bigint not null references public.a on delete cascade);
create table public.c (a_id bigint references public.a (id) deferrable);
