create type public.state as enum ('new', 'done');
create table public.t (id int, s public.state not null default 'new');
create index t_s on public.t (s);
create view public.v as select s from public.t;
