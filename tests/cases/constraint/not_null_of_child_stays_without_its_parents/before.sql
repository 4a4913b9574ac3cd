create table q (a int constraint qa not null);
create table d (a int constraint qa not null) inherits (q);
create table r (a int not null);
create table e (a int not null) inherits (r);
create table f () inherits (r);
