create function z_inner() returns integer language sql immutable as 'select 7';
create function a_outer() returns integer language plpgsql immutable as 'begin return z_inner(); end';
create table t (id integer primary key, n integer not null default a_outer());
create table u (id integer primary key, n integer generated always as (a_outer() + id) stored);
