create table p (a text, b int not null);
create table q (a int not null, b int);
create table h () inherits (q);
