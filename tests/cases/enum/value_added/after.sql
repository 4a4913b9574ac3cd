create type public.mood as enum ('angry', 'sad', 'so so', 'happy', 'it''s');
create table public.t (m public.mood default 'sad');
