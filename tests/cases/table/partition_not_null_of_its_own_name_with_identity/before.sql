create table p (a int generated always as identity, b int) partition by range (b);
create table k partition of p for values from (1) to (2);
