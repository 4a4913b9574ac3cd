create function va(variadic bigint[]) returns int language sql immutable as 'select 1';
create table t (n numeric, b bigint, check (n = any (array[1,2])), check (b = any (array[1,2])), c bigint[] default array[1,-2], d numeric[] default array[1,2.5], e text[] default array[true,false], f numeric[] default array[3000000000, 4000000000], g real check (g in (1, 2.5)), h smallint check (h in (1,2)), i bigint[] default '{1}' check (i <@ array[1,2]::bigint[]));
create view v as select va(1, 2), va(variadic array[1]) x, va(variadic array[1,-1]) y;
create table u (x varchar(9)[] default array['a', 'b'] check (x <@ array['a'::varchar, 'b']), y int[][] default array[[1,2],[3,4]], z bigint[] default array[[1,2],[3,4]]);
