create table public.a (id uuid primary key default gen_random_uuid());
create table public.b (id int primary key, a_id uuid references public.a);
