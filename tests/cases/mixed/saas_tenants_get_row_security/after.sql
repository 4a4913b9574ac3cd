create schema app;
create type app.member_role as enum ('owner', 'admin', 'member');
create table tenants (id bigint generated always as identity primary key, name text not null unique, plan text not null default 'free', constraint plan_known check (plan in ('free', 'pro')));
create table users (id bigint generated always as identity primary key, tenant_id bigint not null references tenants, email text not null, role app.member_role not null default 'member');
create unique index users_email on users (tenant_id, lower(email));
create table projects (id bigint generated always as identity primary key, tenant_id bigint not null references tenants on delete cascade, name text not null, archived_at timestamptz);
create index projects_tenant on projects (tenant_id) where archived_at is null;
create function app.current_tenant() returns bigint language sql stable set search_path = '' as $$ select nullif(current_setting('app.tenant', true), '')::bigint $$;
create function app.has_role(wanted app.member_role) returns boolean language sql stable security definer set search_path = '' as $$
    select exists (select from public.users u where u.tenant_id = app.current_tenant() and u.role <= wanted)
$$;
revoke execute on function app.has_role(app.member_role) from public;
grant execute on function app.has_role(app.member_role) to role_a;
grant usage on schema app to role_a;
alter table users enable row level security;
alter table users force row level security;
alter table projects enable row level security;
create policy tenant on users using (tenant_id = app.current_tenant());
create policy tenant on projects to role_a using (tenant_id = (select app.current_tenant())) with check (tenant_id = (select app.current_tenant()));
create policy admins_delete on projects as restrictive for delete to role_a using (app.has_role('admin'));
create view app.active_projects with (security_invoker = true) as
    select p.id, p.name, t.name as tenant from projects p join tenants t on t.id = p.tenant_id where p.archived_at is null;
grant select on app.active_projects to role_a;
grant select on tenants to role_a;
grant select, insert, update, delete on users, projects to role_a;
