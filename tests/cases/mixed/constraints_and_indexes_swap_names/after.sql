create table t (a int, b int, constraint q unique (a), constraint p check (b > 0));
create index s on t (b);
create table r (a int, constraint u primary key (a));
