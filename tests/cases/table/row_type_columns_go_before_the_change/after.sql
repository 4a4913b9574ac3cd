create table public.a (x bigint, y int, z uuid default gen_random_uuid());
create table public.b (id int, l jsonb);
