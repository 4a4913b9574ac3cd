create view one as select 1 as id;
create table two (id integer primary key);
create materialized view three as select 1 as id;
create procedure four() language sql as 'select 1';
create domain five as text;
