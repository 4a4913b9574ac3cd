create table t (id integer primary key, tenant integer);
create policy p on t as restrictive using (tenant = 1);
