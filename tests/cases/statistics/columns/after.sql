create table t (a integer, b integer, c integer);
create statistics s on a, c from t;
comment on statistics s is 'together';
