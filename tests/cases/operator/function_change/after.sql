create function near2(integer, integer) returns boolean language sql immutable as 'select abs($1 - $2) < 5';
create operator =~= (leftarg = integer, rightarg = integer, procedure = near2);
