create function f() returns integer language plpgsql parallel restricted cost 0.5 as 'begin return 1; end';
