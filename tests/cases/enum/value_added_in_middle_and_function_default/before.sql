create type public.level as enum ('low', 'high');
create function public.f(l public.level default 'low') returns public.level language sql as 'select l';
