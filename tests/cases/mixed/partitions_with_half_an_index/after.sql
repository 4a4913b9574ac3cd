create table p (a int, b text, c timestamptz default now(), d int generated always as (a * 2) stored) partition by range (a, lower(b));
create table p1 partition of p (constraint own check (a > 1), unique (a)) for values from (0, minvalue) to (11, maxvalue);
create table p2 partition of p for values from (11, maxvalue) to (20, 'm');
create table p3 partition of p default partition by list (b);
create table p3a partition of p3 for values in ('x', null);
create index on p (c);
create unique index on p1 (b) where a > 3;
