create type e as enum ('a');
create domain d as integer;
create type c as (x integer);
create type r as range (subtype = integer);
revoke usage on type c from public;
