create type public.state as enum ('draft', 'new', 'done');
create table public.t (id int, s public.state not null default 'draft');
create index t_s on public.t (s) where s <> 'draft';
create view public.v as select s from public.t where s <> 'draft';
