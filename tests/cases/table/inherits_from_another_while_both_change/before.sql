create table p (a int not null, b int);
create table q (a text, b int not null);
create table h () inherits (p);
