create table items (id integer primary key, price numeric not null, sold boolean not null default false);
create function total() returns numeric
    language sql stable
    begin atomic
        select sum(price) from items;
    end;
