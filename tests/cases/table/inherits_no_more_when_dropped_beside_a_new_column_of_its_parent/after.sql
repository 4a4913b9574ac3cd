create table r0 (c int4range);
