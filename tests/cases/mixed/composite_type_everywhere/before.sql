create type addr as (street text, zip int);
create table c (id int, a addr, hist addr[], gen text generated always as ((a).street) stored, check ((a).zip > 0));
create function fmt(addr) returns text language sql immutable as 'select $1.street';
create index on c (fmt(a));
create view v as select (a).zip, a, hist[1] from c;
create function mk() returns addr language sql as $$ select row('x', 1)::addr $$;
create domain daddr as addr check ((value).zip > 0);
create table tt of addr;
