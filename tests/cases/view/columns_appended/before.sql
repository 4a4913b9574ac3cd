create table public.t (a int, b text);
create view public.v as select a from public.t;
create view public.over_v as select a from public.v;
