create table p (a int);
create table c (a int constraint ca not null) inherits (p);
