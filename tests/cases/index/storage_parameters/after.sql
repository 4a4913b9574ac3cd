create table public.t (a int, b int[]);
create index i on public.t (a) with (fillfactor = 80, deduplicate_items = off);
create index j on public.t using gin (b) with (gin_pending_list_limit = 128);
create index k on public.t (a);
