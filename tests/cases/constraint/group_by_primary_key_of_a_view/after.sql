create table public.t (id int, a int, b int, constraint other primary key (id));
create view public.v as select id, a from public.t group by id;
