create schema s;
create table t (a integer, b integer);
create statistics one on a, b from t;
