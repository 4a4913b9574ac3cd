create function inner_part() returns integer language sql as 'select 5';
create function outer_part() returns integer language sql as 'select inner_part()';
create table t (id integer primary key default outer_part());
