create table n (x int);
