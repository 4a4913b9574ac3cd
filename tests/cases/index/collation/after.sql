create table public.t (a text, b text collate "C");
create index i on public.t (a collate "C");
create index j on public.t (b collate "POSIX", lower(a) collate "C");
