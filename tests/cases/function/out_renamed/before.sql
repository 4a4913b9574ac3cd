create function split(whole text, out head text, out tail text)
    language sql as $$ select left(whole, 1), substr(whole, 2) $$;
