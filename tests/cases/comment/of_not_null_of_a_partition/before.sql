create table p (a int constraint x not null, b int) partition by range (a);
create table k partition of p for values from (1) to (2);
comment on constraint x on k is 'c';
comment on constraint x on p is 'p';
