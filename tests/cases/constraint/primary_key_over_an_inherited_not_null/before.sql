create table p (a int not null, b int);
