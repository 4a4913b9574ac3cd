create procedure p(n integer) language plpgsql as 'begin end';
alter procedure p(integer) owner to role_b;
