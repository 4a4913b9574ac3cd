create table r0 (a integer); create table "R 1" (b bigint) inherits (r0);
