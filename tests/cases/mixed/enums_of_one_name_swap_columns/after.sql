create schema a;
create schema b;
create type a.t as enum ('x2');
create type b.t as enum ('y2');
create table a.r (t b.t, u a.t default 'x2');
create table b.r (t a.t, u b.t default 'y2');
create function a.f(b.t) returns b.t language sql as $$ select 'y2'::b.t $$;
create view b.v as select a.f(u) from b.r;
