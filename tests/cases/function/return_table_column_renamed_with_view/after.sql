create function people() returns table (id integer, full_name text)
    language sql as $$ select 1, 'ann' $$;
create view everyone as select p.id, p.full_name as who from people() p;
