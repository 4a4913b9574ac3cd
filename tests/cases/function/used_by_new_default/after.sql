create function short_id() returns text language sql volatile as 'select substr(md5(random()::text), 1, 8)';
create table t (id integer primary key, code text not null default short_id());
