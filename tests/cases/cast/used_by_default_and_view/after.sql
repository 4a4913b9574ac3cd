create type c as (x integer);
create function to_c(integer) returns c language sql immutable as 'select row($1)::c';
create cast (integer as c) with function to_c(integer) as assignment;
create table t (id integer primary key, s text, v c default 5::c);
create view w as select id::c as c from t;
