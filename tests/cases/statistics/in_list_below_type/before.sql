create table t (a varchar(5), b int);
create statistics s on (a in ('x', 'y')), b from t;
