create table public.t (id int primary key, a text);
create view public.v as select id, a, count(*) from public.t group by id;
