create table p (x int constraint nn not null no inherit);
create table a (x int) inherits (p);
create unique index c2 on a (x);
