create type e as enum ('a');
create domain d as integer;
create type c as (x integer);
create type r as range (subtype = integer);
revoke usage on type e from public;
grant usage on type e to role_a;
revoke usage on domain d from public;
grant usage on domain d to role_b with grant option;
revoke all on type r from public;
