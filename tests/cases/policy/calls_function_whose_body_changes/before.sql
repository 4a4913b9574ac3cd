create table docs (id integer primary key, tenant integer);
create function tenant() returns integer language sql stable as 'select 1';
create policy p on docs using (tenant = tenant());
