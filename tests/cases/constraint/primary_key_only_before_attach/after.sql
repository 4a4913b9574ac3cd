create table p (a int not null, b int) partition by range (a);
create table k (a int not null primary key, b int);
create table l partition of p for values from (5) to (9);
alter table only p add constraint p_u primary key (a);
alter table p attach partition k for values from (1) to (5);
