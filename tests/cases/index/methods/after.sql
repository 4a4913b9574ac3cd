create table public.t (a int, b int[], c point, d text, e tsvector, f jsonb);
create index i1 on public.t using hash (a);
create index i2 on public.t using brin (a) with (pages_per_range = 32, autosummarize = true);
create index i3 on public.t using gin (b) with (fastupdate = off);
create index i4 on public.t using gist (c);
create index i5 on public.t using spgist (d);
create index i6 on public.t using gin (e);
create index i7 on public.t using gist (e tsvector_ops (siglen = 64));
create index i8 on public.t using gin (f jsonb_path_ops);
