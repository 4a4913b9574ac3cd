create type public.mood as enum ('sad', 'happy');
create table public.d (
  a numeric(5, 2) default 1,
  b public.mood default 'sad',
  c varchar(10) default 'x',
  d bigint default 5,
  e date default current_date
);
