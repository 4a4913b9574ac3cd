create table p (a int constraint pa not null);
create table c () inherits (p);
