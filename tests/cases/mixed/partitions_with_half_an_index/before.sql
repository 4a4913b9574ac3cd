create table p (a int, b text, c timestamptz default now()) partition by range (a, lower(b));
create table p1 partition of p (constraint own check (a > 0)) for values from (0, minvalue) to (10, maxvalue);
create table p2 partition of p for values from (10, maxvalue) to (20, 'm') with (fillfactor = 50);
alter table p1 alter c set default 'epoch';
create index on only p (c);
create unique index on p1 (b);
