create table public.d (
  id int,
  a text default 'it''s "quoted" \ and
on two lines',
  b text default e'tab\t and unicode ü',
  c int,
  d timestamptz default (now() + interval '1 hour'),
  e jsonb default '{"a": [1, 2]}'::jsonb,
  f text[] default '{}'::text[],
  g boolean default (not true),
  h interval default '2 days'::interval
);
