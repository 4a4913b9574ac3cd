create type public.e as enum ('a');
create table public.a (id int);
create table public.b (id int);
create view public.v as select id from public.a;
alter table public.b add primary key (id);
alter table public.a add primary key (id);
alter table public.a add foreign key (id) references public.b;
grant select on public.a to role_b;
grant select on public.a to role_a;
