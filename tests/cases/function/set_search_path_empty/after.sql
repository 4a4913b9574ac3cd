create function f() returns integer language plpgsql set search_path to '' as 'begin return 1; end';
create function g() returns integer language plpgsql set search_path to "$user", 'Odd, Schema', public as 'begin return 1; end';
