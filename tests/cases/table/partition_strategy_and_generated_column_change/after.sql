create table p (k int, a int, g text generated always as (a::text) stored) partition by range (k);
create table x partition of p for values from (1) to (2);
create table y partition of p for values from (2) to (4);
