create table public.d (
  id int,
  a text default 'plain',
  b text,
  c int default 1,
  d timestamptz default now(),
  e jsonb default '{}'::jsonb,
  f text[] default array['x', 'y'],
  g boolean default false,
  h interval default '1 day'
);
