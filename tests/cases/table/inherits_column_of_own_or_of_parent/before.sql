create table r0 (b integer); create table "R 1" () inherits (r0);
