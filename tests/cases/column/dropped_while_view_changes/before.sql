create table public.t (id int primary key, a int, b int);
create view public.v as select id, a, b from public.t;
create view public.w as select id, b from public.v;
