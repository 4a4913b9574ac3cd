create table p (a int constraint pb not null);
create table c (a int constraint pb not null) inherits (p);
