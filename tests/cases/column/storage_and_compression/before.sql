create table public.t (a text, b text, c jsonb, d bytea);
alter table public.t alter column b set storage external;
