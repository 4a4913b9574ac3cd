create sequence public.shared;
create table public.a (id int default nextval('public.shared'));
create table public.b (id int);
