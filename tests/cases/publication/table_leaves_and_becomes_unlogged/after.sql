create unlogged table t (a int);
create table u (a int);
create publication b for table u;
