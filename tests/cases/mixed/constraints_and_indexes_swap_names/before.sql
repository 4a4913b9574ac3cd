create table t (a int, b int, constraint p unique (a), constraint q check (b > 0));
create index r on t (b);
create table u (a int, constraint u_a primary key (a));
create view s as select 1;
