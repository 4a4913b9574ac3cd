create table t (a integer, b integer, c integer);
create statistics s on a, b from t;
