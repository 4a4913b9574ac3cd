create table r3 (c varchar(20), g varchar(20) generated always as (c) stored);
