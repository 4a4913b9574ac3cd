create function f() returns integer language sql security definer as 'select 1';
alter function f() owner to role_a;
