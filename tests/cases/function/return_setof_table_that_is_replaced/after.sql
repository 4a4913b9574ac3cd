create function q() returns integer language sql as 'select 1';
create table new_animals (id bigint primary key, name text, legs integer);
create function list() returns setof new_animals language sql stable as 'select * from new_animals';
