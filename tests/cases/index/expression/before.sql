create table public.t (a text, b jsonb);
create index i on public.t (lower(a));
create unique index u on public.t (lower(a), (b ->> 'id'));
