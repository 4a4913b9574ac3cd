create procedure p(n integer) language plpgsql as 'begin end';
