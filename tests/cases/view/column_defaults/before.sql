create table public.t (a int, b text);
create view public.v as select a, b from public.t;
alter view public.v alter column a set default 1;
