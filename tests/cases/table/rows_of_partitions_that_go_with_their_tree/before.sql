create table p (id int not null, x text) partition by list (id);
create table a partition of p for values in (1);
create table b partition of p for values in (2);
create table f (id int);
