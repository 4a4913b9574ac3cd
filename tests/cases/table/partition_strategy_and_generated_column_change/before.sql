create table p (k int, a int, g int generated always as (a) stored) partition by list (k);
create table x partition of p for values in (1);
create table y partition of p for values in (2, 3);
