create table items (id integer primary key, price numeric);
create function margin() returns numeric
    language sql
    begin atomic
        select sum(price) from items;
    end;
