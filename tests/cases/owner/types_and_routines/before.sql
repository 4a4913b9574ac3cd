create type e as enum ('a');
create type c as (x integer);
create type r as range (subtype = integer);
create domain d as integer;
create function f() returns integer language sql as 'select 1';
create procedure p() language plpgsql as 'begin end';
create aggregate a(integer) (sfunc = int4pl, stype = integer);
alter type e owner to role_c;
