create type state as enum ('a', 'b', 'c');
create table t (id integer primary key, s state not null default 'a');
create function set_state(i integer, s state default 'a') returns void language plpgsql as 'begin end';
grant execute on function set_state(integer, state) to role_a;
