create type public.mood as enum ('sad', 'happy');
create table public.d (
  a numeric(5, 2) default 1.5::numeric,
  b public.mood default 'happy'::public.mood,
  c varchar(10) default 'x'::text,
  d bigint default 5::bigint,
  e date default '2020-01-01'::date
);
