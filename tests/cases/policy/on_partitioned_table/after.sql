create table t (id integer, tenant integer) partition by list (tenant);
create table t_1 partition of t for values in (1);
alter table t enable row level security;
create policy p on t using (tenant = 1);
alter table t_1 enable row level security;
create policy p on t_1 using (true);
