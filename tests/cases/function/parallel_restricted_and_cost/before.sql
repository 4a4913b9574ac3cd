create function f() returns integer language plpgsql parallel unsafe cost 100 as 'begin return 1; end';
