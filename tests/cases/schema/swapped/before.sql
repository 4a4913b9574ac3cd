create schema a;
create schema b;
create table a.t (in_a int);
create table b.t (in_b text);
