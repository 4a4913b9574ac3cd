create sequence public.shared_2;
create table public.a (id int default nextval('public.shared_2'));
create table public.b (id int default nextval('public.shared_2'));
