create table p (a int not null, b int constraint pb not null);
create table q ();
create table c (a int not null, z int);
create table d (b int constraint pb not null) inherits (q);
create table x (a int) inherits (q);
