create table public.t (a text, b text collate "C");
create index i on public.t (a);
create index j on public.t (b);
