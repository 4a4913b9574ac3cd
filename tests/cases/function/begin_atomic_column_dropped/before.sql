create table items (id integer primary key, price numeric, cost numeric);
create function margin() returns numeric
    language sql
    begin atomic
        select sum(price - cost) from items;
    end;
