create type point2 as (x numeric, y numeric, z numeric);
create function len(p point2) returns float8 language sql immutable as 'select sqrt(p.x * p.x + p.y * p.y)::float8';
create function mk() returns point2[] language sql immutable as 'select array[row(1, 2, 3)::point2]';
create view v as select len((mk())[1]) as l;
