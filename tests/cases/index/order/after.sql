create table public.t (a int, b int);
create index i on public.t (a desc, b nulls first);
create index j on public.t (a desc nulls last);
