create function near(integer, integer) returns boolean language sql immutable as 'select abs($1 - $2) < 3';
create operator =~= (leftarg = integer, rightarg = integer, procedure = near, commutator = =~=);
create view v as select 1 =~= 2 as near;
create table t (id integer primary key, check (id =~= 5));
