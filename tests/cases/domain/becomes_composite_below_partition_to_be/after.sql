create type y0 as (f int); create table r2 (a int, c y0) partition by list (a); create table r4 partition of r2 for values in (1);
