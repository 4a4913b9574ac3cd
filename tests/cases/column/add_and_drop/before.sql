create table public.people (id bigint primary key, old_name text, born date);
