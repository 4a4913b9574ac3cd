create table public.t (a int, deleted timestamptz, state text);
create index i on public.t (a) where deleted is null and state in ('x', 'y');
create unique index u on public.t (a) where state = 'it''s';
