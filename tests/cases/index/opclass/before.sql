create table public.t (a text, b text, c int);
create index i on public.t (a);
create index j on public.t (b text_pattern_ops);
