create function public.diff(time, time) returns float8 language sql immutable as 'select extract(epoch from $1 - $2)::float8';
create type public.times as range (subtype = time, subtype_diff = public.diff);
create table public.t (r public.times);
