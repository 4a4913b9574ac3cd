create function people() returns table (id integer, name text)
    language sql as $$ select 1, 'ann' $$;
