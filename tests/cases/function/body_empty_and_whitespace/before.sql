create function f() returns void language sql as '';
create function g() returns void language plpgsql as 'begin end';
