create schema app;
create type app.kind as enum ('x', 'y');
create type app.point as (x integer, y integer);
create function app.list() returns table (k app.kind, p app.point, ps app.point[]) language plpgsql as 'begin end';
