create schema a;
create schema b;
create table b.t (in_a int);
create table a.t (in_b text);
