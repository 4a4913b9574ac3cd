create table t (id integer primary key, tenant integer);
create policy p on t as permissive using (tenant = 1);
