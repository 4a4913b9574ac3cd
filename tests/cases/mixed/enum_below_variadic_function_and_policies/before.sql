create schema app;
create type app.role as enum ('admin','user');
create table app.m (uid uuid, org int, r app.role default 'user', primary key (uid, org));
create function app.is(o int, variadic rs app.role[]) returns bool language sql stable security definer set search_path = '' as $$ select exists (select from app.m where org = o and r = any(rs)) $$;
create table app.org (id int primary key, name text);
alter table app.org enable row level security;
alter table app.m enable row level security;
create policy a on app.org using (app.is(id, 'admin', 'user')) with check (app.is(id, 'admin'));
create policy b on app.m for delete using (app.is(org, 'admin') and uid in (select uid from app.m m2 where m2.org = m.org));
