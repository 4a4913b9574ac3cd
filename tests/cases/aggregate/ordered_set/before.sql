create table t (n float8);
