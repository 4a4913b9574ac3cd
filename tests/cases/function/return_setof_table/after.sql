create table animals (id integer primary key, name text);
create function named_animals() returns setof animals language sql stable as 'select * from animals where name is not null';
create function count_animals(animals) returns bigint language sql as 'select 1::bigint';
