create table items (id integer primary key, price numeric not null);
