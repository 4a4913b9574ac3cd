create type e as (x integer);
create function e_eq(e, e) returns boolean language sql immutable as 'select ($1).x = ($2).x';
create function e_hash(e) returns integer language sql immutable as 'select hashint4(($1).x)';
create operator =#= (leftarg = e, rightarg = e, procedure = e_eq, commutator = =#=, hashes);
create operator class e_hash_ops default for type e using hash as operator 1 =#=, function 1 e_hash(e);
