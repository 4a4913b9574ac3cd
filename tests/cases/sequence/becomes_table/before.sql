create sequence public.s;
create table public.t (id int default nextval('public.s'));
