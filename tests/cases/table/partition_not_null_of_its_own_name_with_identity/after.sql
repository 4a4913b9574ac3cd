create table p (a int generated always as identity, b int) partition by range (b);
create table k (a int not null, b int);
alter table p attach partition k for values from (1) to (2);
