create function span(a integer, b integer) returns int4range language sql immutable as 'select int4range(a, b)';
create table t (id integer, a integer, b integer, constraint no_overlap exclude using gist (span(a, b) with &&) where (a < b));
