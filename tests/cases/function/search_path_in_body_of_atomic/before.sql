create schema app;
create table app.t (id integer);
create function app.n() returns bigint language sql set search_path = app begin atomic select count(*) from app.t; end;
