create table public.t (id int primary key, a int);
create view public.v as select id, a from public.t;
create view public.w as select id, 0 as b from public.v;
