create table public.t (a text, b text, c int);
create index i on public.t (a text_pattern_ops, b varchar_pattern_ops);
create index j on public.t (b);
create index k on public.t using brin (c int4_minmax_multi_ops (values_per_range = 16));
