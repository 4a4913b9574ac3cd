create table public.t (id int primary key, amount bigint, name text);
create view public.v1 as select id, amount from public.t;
create view public.v2 as select id, amount * 2 as twice from public.v1;
create view public.v3 as select v1.id, v2.twice from public.v1 join public.v2 using (id);
comment on view public.v2 is 'twice';
grant select on public.v3 to role_a;
