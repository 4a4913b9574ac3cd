create function answer() returns text language sql as $$ select '42' $$;
