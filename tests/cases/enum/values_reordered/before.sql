create type public.size as enum ('small', 'large', 'medium');
create table public.t (s public.size primary key);
create table public.r (s public.size references public.t);
