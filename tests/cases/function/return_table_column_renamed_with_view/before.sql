create function people() returns table (id integer, name text)
    language sql as $$ select 1, 'ann' $$;
create view everyone as select p.id, p.name as who from people() p;
