create table p (a int constraint x not null, b int) partition by range (a);
create table k (a int constraint y not null, b int);
alter table p attach partition k for values from (1) to (2);
comment on constraint y on k is 'c';
comment on constraint x on p is 'q';
