create function f() returns integer language sql cost 10 as 'select 1';
comment on function f() is 'a';
