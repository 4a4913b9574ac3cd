create table public.t (a text, b jsonb);
create index i on public.t (upper(a), (a || 'it''s'));
create unique index u on public.t ((b ->> 'id'), lower(a)) where b is not null;
