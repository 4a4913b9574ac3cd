create table docs (id integer primary key, tenant integer);
create function tenant() returns bigint language sql stable as 'select 1::bigint';
create policy p on docs to role_a using (tenant = tenant()) with check (tenant = tenant());
create policy q on docs for insert with check (tenant = tenant());
comment on policy p on docs is 'kept';
