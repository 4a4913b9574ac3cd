create domain d as varchar(9) check (value <> 'q');
create table t (a varchar(20), b d, c bigint, x int, constraint ca check (a in ('a', 'b')), constraint cb check (b in ('a', 'b')), constraint cc check (c between 1 and 4 and x > 0));
create index i on t (a) where a in ('a', 'b');
create index j on t (b) where b in ('a', 'b');
comment on constraint ca on t is 'ca';
