create type public.state as enum ('a', 'b');
create table public.t (id int primary key, s public.state not null default 'b', constraint k check (s <> 'a'));
create index t_s on public.t (s);
create view public.v as select s from public.t where s = 'b';
