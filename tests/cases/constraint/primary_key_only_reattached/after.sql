create table p (a int not null, b int) partition by range (a);
create table k partition of p for values from (1) to (6);
create table l (a int not null, b int);
alter table only p add constraint p_u primary key (a);
