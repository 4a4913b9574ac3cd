create procedure p(n integer, out m integer) language plpgsql as 'begin m := n; end';
