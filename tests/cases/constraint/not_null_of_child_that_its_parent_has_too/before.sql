create table p (a int constraint pa not null);
create table c (a int constraint pa not null) inherits (p);
