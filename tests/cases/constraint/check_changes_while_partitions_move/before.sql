create table p (a int, b int, constraint c check (a > 1)) partition by list (a);
create table k partition of p for values in (3) partition by list (b);
create table kk partition of k for values in (1);
create table n partition of p for values in (9);
comment on constraint c on k is 'k';
create table q (a int, constraint c check (a > 3)) partition by list (a);
create table m partition of q for values in (4);
create table r (a int, constraint c check (a > 1)) partition by list (a);
