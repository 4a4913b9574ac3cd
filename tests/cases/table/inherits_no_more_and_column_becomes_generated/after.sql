create table r0 (b varchar, c varchar generated always as (upper(b)) stored);
