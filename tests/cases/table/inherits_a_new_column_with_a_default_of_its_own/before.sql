create table base (id int);
create table a (n text) inherits (base);
create table b () inherits (base);
