create table p (a int not null, b int);
create table c (primary key (b, a)) inherits (p);
