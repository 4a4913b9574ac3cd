create type public.r as range (subtype = text);
create table public.t (id int, r public.r);
