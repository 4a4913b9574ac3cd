create type public.floats as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = public.many_floats);
create table public.t (r public.floats, m public.many_floats, exclude using gist (r with &&));
