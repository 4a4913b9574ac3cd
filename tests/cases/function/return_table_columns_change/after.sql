create function people() returns table (id integer, name text, age integer)
    language sql as $$ select 1, 'ann', 30 $$;
