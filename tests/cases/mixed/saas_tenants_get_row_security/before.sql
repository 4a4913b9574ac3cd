create table tenants (id bigint generated always as identity primary key, name text not null unique);
create table users (id bigint generated always as identity primary key, tenant_id bigint not null references tenants, email text not null);
create table projects (id bigint generated always as identity primary key, tenant_id bigint not null references tenants on delete cascade, name text not null);
create index projects_tenant on projects (tenant_id);
grant select, insert, update, delete on tenants, users, projects to role_a;
