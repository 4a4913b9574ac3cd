create procedure p(n integer) language plpgsql as 'begin end';
create procedure p(n text, m text default '') language plpgsql as 'begin end';
revoke execute on procedure p(text, text) from public;
