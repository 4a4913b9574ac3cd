create function valid(n numeric) returns boolean language sql immutable as 'select n > 0';
create function initial(n numeric) returns integer language sql as 'select n::int';
create table t (id integer primary key, n integer default initial(7), constraint n_valid check (valid(n)));
