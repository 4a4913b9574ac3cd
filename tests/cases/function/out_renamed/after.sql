create function split(whole text, out first text, out rest text)
    language sql as $$ select left(whole, 1), substr(whole, 2) $$;
