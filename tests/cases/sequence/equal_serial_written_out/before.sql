create table public.t (id serial);
