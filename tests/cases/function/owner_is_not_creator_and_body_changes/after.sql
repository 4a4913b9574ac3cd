create function f() returns integer language sql security definer as 'select 2';
alter function f() owner to role_b;
