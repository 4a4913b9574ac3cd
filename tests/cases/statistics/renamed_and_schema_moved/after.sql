create schema s;
create table t (a integer, b integer);
create statistics s.two on a, b from t;
