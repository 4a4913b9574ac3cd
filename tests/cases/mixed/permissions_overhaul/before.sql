create schema app;
create table app.a (id integer primary key, secret text);
create table app.b (id integer generated always as identity primary key);
create view app.v as select id from app.a;
create function app.f() returns integer language sql security definer as 'select 1';
grant usage on schema app to public;
grant all on all tables in schema app to role_a;
grant all on all sequences in schema app to role_a;
alter default privileges in schema app grant all on tables to role_a;
