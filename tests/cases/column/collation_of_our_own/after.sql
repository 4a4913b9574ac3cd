create collation public.plain (provider = libc, locale = 'C');
create table public.t (a text collate public.plain);
