create type t as (a int, b text);
create table u (x t);
