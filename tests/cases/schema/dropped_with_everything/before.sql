create schema app;
create type app.e as enum ('a');
create table app.t (id serial primary key, e app.e);
create view app.v as select id from app.t;
create function app.f() returns setof app.t language sql as 'select * from app.t';
create table public.r (id int references app.t, e app.e);
