create table p (a int constraint z not null, b int) partition by range (a);
create table k (a int constraint y not null, b int);
alter table p attach partition k for values from (1) to (5);
create table l partition of p default;
