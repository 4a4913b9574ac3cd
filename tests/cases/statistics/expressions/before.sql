create table t (a integer, b text);
create statistics s on a, lower(b) from t;
create statistics one on (a % 10) from t;
