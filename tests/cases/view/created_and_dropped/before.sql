create table public.t (a int, b int);
create view public.gone as select a from public.t;
create view public.kept as select b from public.t;
