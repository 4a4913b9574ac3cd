create table public.a (id bigint primary key, b_id bigint);
create table public.b (id bigint primary key, c_id bigint);
create table public.c (id bigint primary key, a_id bigint);
alter table public.a add foreign key (b_id) references public.b on delete cascade;
alter table public.b add foreign key (c_id) references public.c;
alter table public.c add foreign key (a_id) references public.a;
