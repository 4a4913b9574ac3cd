create table items (id integer primary key, price numeric not null);
create function total() returns numeric
    language sql stable
    begin atomic
        select coalesce(sum(price), 0) from items;
    end;
