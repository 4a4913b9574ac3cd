create table public.a (id int primary key, code text unique, tag text);
create unique index a_tag on public.a (tag);
create table public.b (code text references public.a (code), tag text references public.a (tag));
