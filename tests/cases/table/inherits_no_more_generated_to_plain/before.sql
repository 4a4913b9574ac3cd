create table p (a int, b int, g int generated always as (a) stored, h int generated always as (b + 1) stored, v int generated always as (a) virtual);
create table r () inherits (p);
