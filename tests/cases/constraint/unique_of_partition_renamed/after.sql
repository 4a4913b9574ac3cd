create table p (a int, b int) partition by range (a);
create table k (a int, b int, constraint kk unique (a));
alter table p attach partition k for values from (1) to (5);
alter table p add constraint pu unique (a);
