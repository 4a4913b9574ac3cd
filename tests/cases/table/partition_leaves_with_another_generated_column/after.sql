create table p (k int, a int, g int generated always as (a) stored) partition by list (k);
create table x (k int, a int, g text generated always as (a::text) stored);
create table y (k int, a int, g text);
create table z (k int, b text, g text generated always as (b) stored);
