create type public.pair as (a bigint, b int);
create table public.t (id int, p public.pair, l public.pair[]);
create function public.f(public.pair) returns int language sql as 'select ($1).b';
create view public.v as select p from public.t;
