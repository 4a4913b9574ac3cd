create table old_t (id integer primary key, n bigint not null default 0);
create table settings (name text primary key, value bigint not null);
create function setting(which text) returns bigint language sql stable as 'select value from settings where name = which';
alter table old_t alter n set default setting('n');
