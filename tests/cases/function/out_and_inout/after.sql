create function split(in whole text, out head text, out tail text, out size integer)
    language sql as $$ select left(whole, 1), substr(whole, 2), length(whole) $$;
create function bump(inout n integer) language sql as 'select n + 2';
