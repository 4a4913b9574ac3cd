create table p (a int default 1, b text, g int default 9);
create table q (b text default 'q', z int);
create table m () inherits (p);
