create function eqx(int, text) returns bool language sql immutable as 'select true';
create operator === (leftarg = int, rightarg = text, function = eqx, restrict = eqsel, join = eqjoinsel, hashes);
create view v as select 1 === 'a'::text as x;
create table t (a int, b text, check (a === b));
create index on t ((a === b));
