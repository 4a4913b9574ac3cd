create table t (a integer, b text);
create statistics s (mcv) on a, upper(b), (a + 1) from t;
