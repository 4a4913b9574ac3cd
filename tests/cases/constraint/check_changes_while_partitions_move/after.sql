create table p (a int, b int, constraint c check (a > 2)) partition by list (a);
create table k partition of p for values in (4) partition by list (b);
create table kk partition of k for values in (2);
create table n partition of p for values in (9);
comment on constraint c on k is 'l';
comment on constraint c on p is 'p';
create table q (a int, constraint c check (a > 3)) partition by list (a);
create table r (a int, constraint c check (a > 1) not valid) partition by list (a);
create table m partition of r for values in (4);
