create table p (a int constraint x not null, b int) partition by range (a);
create table k (a int constraint y not null, b int) partition by list (b);
create table kk partition of k for values in (1);
create table kl (a int constraint z not null, b int);
alter table k attach partition kl for values in (2);
alter table p attach partition k for values from (1) to (5);
