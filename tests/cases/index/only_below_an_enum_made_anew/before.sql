create type e as enum ('a', 'b');
create table p (a int, b e) partition by list (a);
create table k partition of p for values in (1);
create index i on only p (b);
create index ik on k (b);
alter index i attach partition ik;
create table l partition of p default;
