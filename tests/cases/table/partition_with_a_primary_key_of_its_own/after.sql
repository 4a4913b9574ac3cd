create table p (a int primary key, b int) partition by range (a);
create table k (a int primary key, b int);
alter table p attach partition k for values from (1) to (5);
