create function a() returns integer language sql volatile as 'select 1';
create function b() returns integer language sql stable as 'select 1';
create function c() returns integer language sql immutable as 'select 1';
