create schema a;
create schema b;
create table a.t (id integer primary key, "order" integer);
create table b.t (id integer primary key, a_id integer references a.t);
create function a.f(a.t) returns integer language sql stable as 'select $1.id';
create function b.f(b.t) returns integer language sql stable as 'select $1.id';
create view b.v as select a.f(t) as x from a.t;
