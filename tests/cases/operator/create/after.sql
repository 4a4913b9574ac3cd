create schema ops;
create function ops.near(integer, integer) returns boolean language sql immutable as 'select abs($1 - $2) < 3';
create operator ops.=~= (leftarg = integer, rightarg = integer, procedure = ops.near, commutator = operator(ops.=~=));
create operator @#@ (rightarg = bigint, procedure = factorial);
comment on operator ops.=~= (integer, integer) is 'near';
comment on operator @#@ (none, bigint) is 'prefix';
