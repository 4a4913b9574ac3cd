create table public.t (id int);
create table public.v (id int primary key);
create view public.over as select id from public.v;
grant select on public.v to role_a;
