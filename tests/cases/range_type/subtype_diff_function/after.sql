create function public.diff(time, time) returns float8 language sql immutable strict as 'select extract(epoch from ($1 - $2))::float8';
create type public.times as range (subtype = time);
create table public.t (r public.times);
