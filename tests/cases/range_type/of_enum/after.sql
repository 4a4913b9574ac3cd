create type public.level as enum ('low', 'high');
create type public.levels as range (subtype = public.level);
create table public.t (id int, r public.levels);
