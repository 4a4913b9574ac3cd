create function split(in whole text, out head text, out tail text)
    language sql as $$ select left(whole, 1), substr(whole, 2) $$;
create function bump(inout n integer) language sql as 'select n + 1';
