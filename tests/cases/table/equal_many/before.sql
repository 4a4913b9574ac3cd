create table public.b (id int primary key);
create table public.a (id int primary key references public.b);
create view public.v as select id from public.a;
create type public.e as enum ('a');
grant select on public.a to role_a, role_b;
