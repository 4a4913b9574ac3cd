create function eqx(int, text) returns bool language sql immutable as 'select $1::text = $2';
create function eqy(text, int) returns bool language sql immutable as 'select $2::text = $1';
create operator === (leftarg = int, rightarg = text, function = eqx, commutator = ===, restrict = neqsel, join = eqjoinsel, merges);
create operator === (leftarg = text, rightarg = int, function = eqy, commutator = ===);
create view v as select 1 === 'a'::text as x, 'a'::text === 1 as y;
create table t (a int, b text, check (a === b));
create index on t ((a === b));
