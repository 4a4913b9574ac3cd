create table t (a bigint, b integer);
create statistics s on a, b from t;
create statistics e on (a + b), (a - b) from t;
