create table t (n numeric, b bigint);
