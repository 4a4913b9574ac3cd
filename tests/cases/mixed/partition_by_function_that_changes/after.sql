create function k(text) returns int language sql immutable as $$ select length($1) + 1 $$;
create table p (a text, b int, c int default 1) partition by range (k(a), b);
create table p1 partition of p for values from (0, minvalue) to (5, 10);
create table p2 partition of p (c default 2) for values from (5, 10) to (maxvalue, maxvalue);
create index pi on p (k(a), c);
create view v as select * from p;
