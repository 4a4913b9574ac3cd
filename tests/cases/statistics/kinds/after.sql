create table t (a integer, b integer, c integer);
create statistics s (ndistinct, dependencies, mcv) on a, b from t;
