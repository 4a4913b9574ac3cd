create table items (id integer primary key);
create function total() returns numeric
    language sql
    begin atomic
        select count(*)::numeric from items;
    end;
