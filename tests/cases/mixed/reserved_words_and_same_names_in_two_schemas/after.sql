create schema a;
create schema b;
create table b.t (id integer primary key, "order" integer);
create table a.t (id integer primary key, b_id integer references b.t);
create function a.f(b.t) returns integer language sql stable as 'select $1.id';
create function b.f(a.t) returns integer language sql stable as 'select $1.id';
create view a.v as select b.f(t) as x from a.t;
