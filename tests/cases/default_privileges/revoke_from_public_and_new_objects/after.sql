create function old() returns integer language sql as 'select 1';
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;
create function new() returns integer language sql as 'select 1';
create type e as enum ('a');
create function open() returns integer language sql as 'select 1';
grant execute on function open() to public;
