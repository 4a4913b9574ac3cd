create function f(n int, s varchar, b bool default 't') returns int4 language sql as 'select 1';
