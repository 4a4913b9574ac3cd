create type v as (x integer);
create function v_lt(v, v) returns boolean language sql immutable as 'select ($1).x < ($2).x';
create function v_gt(v, v) returns boolean language sql immutable as 'select ($1).x > ($2).x';
create function v_ge(v, v) returns boolean language sql immutable as 'select ($1).x >= ($2).x';
create operator <<< (leftarg = v, rightarg = v, procedure = v_lt, commutator = >>>, negator = >=>, restrict = scalarltsel, join = scalarltjoinsel);
create operator >>> (leftarg = v, rightarg = v, procedure = v_gt, commutator = <<<, restrict = scalargtsel, join = scalargtjoinsel);
create operator >=> (leftarg = v, rightarg = v, procedure = v_ge, negator = <<<);
