create table public.t (id int primary key, a int);
create table public.source (id int, a int);
create view public.over as select a from public.t;
