create table public.t (a int, b text);
create view public.v as select a, b, a + 1 as c from public.t;
create view public.over_v as select a from public.v;
