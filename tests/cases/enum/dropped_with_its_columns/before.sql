create type public.state as enum ('a', 'b');
create table public.t (id int, s public.state);
create function public.f(public.state) returns int language sql as 'select 1';
create view public.v as select s from public.t;
