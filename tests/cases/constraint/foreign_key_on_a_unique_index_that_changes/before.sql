create table public.a (tag text, x int);
create unique index a_tag on public.a (tag);
create table public.b (tag text references public.a (tag));
