create table public.t (id uuid primary key default gen_random_uuid(), a text);
