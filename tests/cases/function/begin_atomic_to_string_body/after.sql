create table items (id integer primary key, price numeric not null);
create function total() returns numeric
    language sql stable
    as $$ select sum(price) from items $$;
