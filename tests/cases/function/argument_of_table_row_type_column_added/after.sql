create table people (id integer primary key, first text, last text);
create function full_name(p people) returns text language sql immutable as $$ select p.first || ' ' || p.last $$;
create view names as select id, full_name(people) as n from people;
