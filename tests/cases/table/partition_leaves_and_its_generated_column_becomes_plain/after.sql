create table p (k int, a int, g int generated always as (a) stored) partition by list (k);
create table x (k int, g int);
create table y (k int, a int, g int default 7);
