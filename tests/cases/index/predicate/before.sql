create table public.t (a int, deleted timestamptz, state text);
create index i on public.t (a) where deleted is null;
create unique index u on public.t (a);
