create function valid(n integer) returns boolean language sql immutable as 'select n > 0';
create function initial(n integer) returns integer language sql as 'select n';
create table t (id integer primary key, n integer default initial(7), constraint n_valid check (valid(n)));
