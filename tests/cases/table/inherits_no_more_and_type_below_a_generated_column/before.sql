create table p (c int4range, g int4range generated always as (c) stored);
create table r3 () inherits (p);
