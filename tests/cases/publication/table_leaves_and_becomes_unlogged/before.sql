create table t (a int);
create publication b for table t;
