create sequence public.numbers as int;
create table public.t (id int primary key default nextval('public.numbers'));
alter sequence public.numbers owned by public.t.id;
