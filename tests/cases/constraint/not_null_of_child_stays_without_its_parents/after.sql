create table q (a int);
create table d (a int constraint da not null) inherits (q);
create table r (a int);
create table e (a int not null) inherits (r);
create table f () inherits (r);
alter table f alter a set not null;
