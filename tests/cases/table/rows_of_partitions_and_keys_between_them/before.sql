create table a (id int, r text, primary key (id, r)) partition by list (r);
create table a1 partition of a for values in ('x');
create table a2 partition of a for values in ('y');
create table b (id int primary key, aid int, ar text, foreign key (aid, ar) references a) ;
create table l (b int references b) partition by range (b);
create table l1 partition of l for values from (0) to (9);
