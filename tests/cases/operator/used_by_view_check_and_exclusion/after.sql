create function near(integer, integer) returns boolean language sql immutable as 'select abs($1 - $2) < 3';
create operator =~= (leftarg = integer, rightarg = integer, procedure = near, commutator = =~=);
create table t (id integer primary key, r int4range, check (id =~= lower(r)));
create view v as select id from t where id operator(public.=~=) 7;
