create table t (a text, b int);
create statistics s on (a in ('x', 'y')), b from t;
