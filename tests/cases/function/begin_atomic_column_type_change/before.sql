create table items (id integer primary key, price integer not null);
create function cheapest() returns setof items
    language sql
    begin atomic
        select * from items order by price limit 1;
    end;
