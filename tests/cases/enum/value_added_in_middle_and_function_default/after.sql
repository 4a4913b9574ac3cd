create type public.level as enum ('low', 'mid', 'high', 'top');
create function public.f(l public.level default 'mid') returns public.level language sql as 'select l';
