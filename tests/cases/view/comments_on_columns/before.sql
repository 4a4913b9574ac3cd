create table public.t (a int, b int);
create view public.v as select a, b from public.t;
comment on column public.v.a is 'old';
comment on column public.v.b is 'kept';
