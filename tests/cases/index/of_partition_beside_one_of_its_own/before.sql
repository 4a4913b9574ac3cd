create table o (a int);
