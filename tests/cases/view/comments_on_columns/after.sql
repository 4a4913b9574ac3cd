create table public.t (a int, b int);
create view public.v as select b, a from public.t;
comment on column public.v.a is 'new';
comment on column public.v.b is 'kept';
