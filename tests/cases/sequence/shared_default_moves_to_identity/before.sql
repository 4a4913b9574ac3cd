create sequence public.ids;
create table public.a (id bigint primary key default nextval('public.ids'));
create table public.b (id bigint primary key default nextval('public.ids'));
