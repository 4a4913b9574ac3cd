create schema x;
create schema y;
create table x.t (a int);
create view x.v as select a from x.t;
create view y.v as select a from x.v;
