create table public.t (id int);
create materialized view public.v as select id from public.t;
create unique index v_id on public.v (id);
create view public.over as select id from public.v;
