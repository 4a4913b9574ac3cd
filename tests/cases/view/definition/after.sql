create table public.t (a int, b text);
create view public.v as select a, b from public.t where a > 0;
create view public.over_v as select a from public.v;
grant select on public.v to role_a;
comment on view public.v is 'kept';
