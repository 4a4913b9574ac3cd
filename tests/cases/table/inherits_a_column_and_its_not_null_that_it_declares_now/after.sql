create table p (a int not null);
create table c (a int) inherits (p);
