create sequence public.s as int;
create table public.t (a bigint);
create view public.v as select last_value, is_called from public.s;
create view public.w as select ctid, tableoid::regclass, a from public.t;
