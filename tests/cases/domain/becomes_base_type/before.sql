create domain public.d as int check (value > 0);
create table public.t (id int primary key, d public.d not null default 4);
create materialized view public.m as select d from public.t;
