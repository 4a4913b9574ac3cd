create type role as enum ('admin', 'owner', 'member');
create table members (id integer primary key, r role not null default 'member');
create policy p on members using (r in ('admin', 'owner'));
