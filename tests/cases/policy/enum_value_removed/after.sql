create type role as enum ('admin', 'member');
create table members (id integer primary key, r role not null default 'member');
create policy p on members using (r = 'admin');
create view admins as select id from members where r = 'admin';
create index admins_index on members (id) where r = 'admin';
