create table z (a int);
