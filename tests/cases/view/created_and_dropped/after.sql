create table public.t (a int, b int);
create view public.kept as select b from public.t;
create view public.fresh as select a + b as c from public.kept join public.t using (b);
