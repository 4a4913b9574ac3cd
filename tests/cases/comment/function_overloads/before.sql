create function f(integer) returns integer language sql as 'select 1';
create function f(text) returns integer language sql as 'select 1';
create function f() returns integer language sql as 'select 1';
comment on function f(integer) is 'one';
comment on function f(text) is 'two';
