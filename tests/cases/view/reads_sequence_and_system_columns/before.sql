create sequence public.s;
create table public.t (a int);
create view public.v as select last_value from public.s;
create view public.w as select ctid, tableoid::regclass, xmin from public.t;
