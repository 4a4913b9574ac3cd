create table docs (id integer primary key, tenant integer);
create function allowed(t integer, action text) returns boolean language sql stable as 'select t = 1';
create policy p on docs using (allowed(tenant, 'read'));
