create table t (a varchar(9), b int);
create statistics s on (a in ('x', 'y')), b from t;
