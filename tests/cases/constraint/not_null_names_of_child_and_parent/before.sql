create table p (a int);
create table c (a int constraint cb not null) inherits (p);
