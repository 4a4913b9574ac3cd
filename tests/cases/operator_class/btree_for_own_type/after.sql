create type v as (x integer);
create function v_lt(v, v) returns boolean language sql immutable as 'select ($1).x < ($2).x';
create function v_le(v, v) returns boolean language sql immutable as 'select ($1).x <= ($2).x';
create function v_eq(v, v) returns boolean language sql immutable as 'select ($1).x = ($2).x';
create function v_ge(v, v) returns boolean language sql immutable as 'select ($1).x >= ($2).x';
create function v_gt(v, v) returns boolean language sql immutable as 'select ($1).x > ($2).x';
create function v_cmp(v, v) returns integer language sql immutable as 'select btint4cmp(($1).x, ($2).x)';
create operator #< (leftarg = v, rightarg = v, procedure = v_lt);
create operator #<= (leftarg = v, rightarg = v, procedure = v_le);
create operator #= (leftarg = v, rightarg = v, procedure = v_eq);
create operator #>= (leftarg = v, rightarg = v, procedure = v_ge);
create operator #> (leftarg = v, rightarg = v, procedure = v_gt);
create operator class v_ops for type v using btree as
    operator 1 #<, operator 2 #<=, operator 3 #=, operator 4 #>=, operator 5 #>,
    function 1 v_cmp(v, v);
create table t (id integer primary key, a v);
create index t_a on t (a v_ops);
comment on operator class v_ops using btree is 'by x';
