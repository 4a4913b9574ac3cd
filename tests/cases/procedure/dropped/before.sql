create procedure p(integer, variadic text[]) language plpgsql as 'begin end';
comment on procedure p(integer, text[]) is 'x';
