create schema a;
create schema b;
create type a.t as enum ('x');
create type b.t as enum ('y');
create table a.r (t a.t, u b.t default 'y');
create table b.r (t b.t, u a.t default 'x');
create function a.f(b.t) returns a.t language sql as $$ select 'x'::a.t $$;
create view b.v as select a.f(t) from b.r;
