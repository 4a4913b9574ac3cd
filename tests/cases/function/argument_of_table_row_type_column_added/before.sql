create table people (id integer primary key, first text);
create function full_name(p people) returns text language sql immutable as 'select p.first';
create view names as select id, full_name(people) as n from people;
