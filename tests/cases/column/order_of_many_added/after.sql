create sequence public.numbers;
create type public.kind as enum ('x', 'y');
create domain public.pos as int check (value > 0);
create function public.make_code() returns text language sql as $$ select 'c' $$;
create table public.other (id int primary key);
create table public.t (
  id int primary key,
  n bigint not null default nextval('public.numbers'),
  k public.kind not null default 'x',
  p public.pos default 1,
  c text default public.make_code(),
  o int references public.other on delete set null,
  g int generated always as (id * 2) stored unique,
  i int generated always as identity,
  check (n > p)
);
