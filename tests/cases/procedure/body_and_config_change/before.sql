create procedure p(inout n integer) language plpgsql as 'begin n := 1; end';
