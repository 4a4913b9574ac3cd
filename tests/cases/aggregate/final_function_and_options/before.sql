create function done(s numeric) returns text language sql immutable as 'select s::text';
create aggregate told(numeric) (sfunc = numeric_add, stype = numeric, initcond = '0');
