create table public.t (id int);
create view public.v as select id from public.t;
create view public.over as select id from public.v;
