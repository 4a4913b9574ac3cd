create function q() returns integer language sql as 'select 1';
create table old_animals (id integer primary key, name text);
create function list() returns setof old_animals language sql stable as 'select * from old_animals';
