create function z_limit() returns integer language sql immutable as 'select 100';
create function a_small(n integer) returns boolean language plpgsql immutable as 'begin return n < z_limit(); end';
create table t (id integer primary key, n integer, constraint small check (a_small(n)));
