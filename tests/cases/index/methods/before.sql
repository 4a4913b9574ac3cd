create table public.t (a int, b int[], c point, d text, e tsvector, f jsonb);
create index i1 on public.t using btree (a);
create index i2 on public.t using hash (a);
create index i3 on public.t using gin (b);
