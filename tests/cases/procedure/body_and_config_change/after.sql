create procedure p(inout n integer) language plpgsql security definer set search_path = pg_catalog as 'begin n := 2; end';
