create table public.t (a text, b text, c jsonb, d bytea);
alter table public.t alter column a set storage main;
alter table public.t alter column c set storage plain;
alter table public.t alter column d set compression pglz;
