create table p (a int constraint x not null, b int) partition by range (a);
create table k partition of p for values from (1) to (5);
