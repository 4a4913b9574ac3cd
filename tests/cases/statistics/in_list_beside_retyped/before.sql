create table t (a varchar(5), b int);
create statistics s on (a in ('x', 'y')) from t;
create statistics s2 (mcv) on (a in ('x', 'y')), (lower(a)), (b + 1) from t;
