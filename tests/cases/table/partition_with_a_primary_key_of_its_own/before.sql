create table p (a int primary key, b int) partition by range (a);
create table k partition of p for values from (1) to (5);
