create schema app;
create type app.role as enum ('owner','admin','user');
create table app.m (uid text, org bigint, r app.role default 'owner', primary key (uid, org));
create function app.is(o bigint, variadic rs app.role[]) returns bool language sql stable security definer set search_path = '' as $$ select exists (select from app.m where org = o and r = any(rs)) $$;
create table app.org (id bigint primary key, name text);
alter table app.org enable row level security;
alter table app.m enable row level security;
create policy a on app.org using (app.is(id, 'admin', 'user')) with check (app.is(id, 'owner'));
create policy b on app.m as restrictive for delete to role_a using (app.is(org, 'admin') and uid in (select uid from app.m m2 where m2.org = m.org));
