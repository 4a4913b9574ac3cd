create table p (a int primary key, b int) partition by range (a);
create table k (a int, b int, constraint kk primary key (a));
alter table p attach partition k for values from (1) to (5);
create table f (a int references p);
