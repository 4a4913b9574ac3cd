create table public.t (id int primary key, d int not null default 4);
create materialized view public.m as select d from public.t;
