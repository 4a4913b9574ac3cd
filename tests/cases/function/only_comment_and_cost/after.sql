create function f() returns integer language sql cost 20 as 'select 1';
comment on function f() is 'b';
