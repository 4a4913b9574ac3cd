create table public.source (id int, a int);
create view public.t as select id, a from public.source;
create view public.over as select a from public.t;
