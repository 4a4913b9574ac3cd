create function f() returns integer language plpgsql set search_path to public as 'begin return 1; end';
create function g() returns integer language plpgsql as 'begin return 1; end';
