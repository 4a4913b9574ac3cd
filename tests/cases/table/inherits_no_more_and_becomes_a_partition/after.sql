create table w (k int not null, a int, b int[], c text) partition by list (k);
create table p partition of w for values in (1);
create table v (b int);
create table q (x int) inherits (v);
