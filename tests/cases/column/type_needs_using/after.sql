create table public.t (id int primary key, a int, b uuid not null, c jsonb, d timestamptz);
