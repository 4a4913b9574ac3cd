create schema x;
create schema y;
create table y.t (a int);
create view y.v as select a from y.t;
create view x.v as select a from y.v;
