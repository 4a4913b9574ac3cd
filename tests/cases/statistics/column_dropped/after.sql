create table t (b integer, c integer);
create statistics u on b, c from t;
