create table public.t (a int);
create view public.v as select a::bigint, null::varchar(10) as note from public.t;
create materialized view public.m as select note from public.v;
