create table a (b_c int not null, x int);
