create table t (b integer, c integer, a integer);
create statistics s on b, a from t;
create statistics u on b, c from t;
