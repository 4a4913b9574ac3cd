create table public.t (a int, b text);
create index i on public.t using btree (a asc nulls last, b text_ops) where (a is not null);
create index j on public.t (b);
