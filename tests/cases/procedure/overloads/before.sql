create procedure p(n integer) language plpgsql as 'begin end';
create procedure p(n text) language plpgsql as 'begin end';
