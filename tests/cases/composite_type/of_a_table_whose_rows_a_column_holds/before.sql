create table t (a int, b text);
create table u (x t);
