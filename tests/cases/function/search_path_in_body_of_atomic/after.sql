create schema app;
create table app.t (id integer);
create function app.n() returns bigint language sql set search_path = '' begin atomic select count(*) from app.t where id > 0; end;
