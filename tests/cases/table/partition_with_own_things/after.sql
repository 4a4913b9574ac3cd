create table public.e (id int not null, a int default 1) partition by range (id);
create table public.e_1 partition of public.e (a default 2, constraint e_1_a check (a > 0)) for values from (0) to (100);
create index e_1_a_idx on public.e_1 (a);
alter table public.e_1 alter column a set not null;
alter table public.e_1 set (fillfactor = 60);
grant select on public.e_1 to role_a;
alter table public.e_1 enable row level security;
