create function same(integer, integer) returns boolean language sql immutable as 'select $1 = $2';
create operator =~= (leftarg = integer, rightarg = integer, procedure = same, restrict = neqsel, join = eqjoinsel);
