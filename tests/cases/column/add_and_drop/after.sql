create table public.people (id bigint primary key, born date, full_name text, seen timestamptz not null default now());
