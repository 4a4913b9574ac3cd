create table docs (id integer primary key, tenant integer);
alter table docs enable row level security;
create function current_tenant() returns integer language sql stable as $$ select nullif(current_setting('app.tenant', true), '')::integer $$;
create policy tenant on docs using (tenant = current_tenant()) with check (tenant = (select current_tenant()));
