create table public.t (s date, e date);
