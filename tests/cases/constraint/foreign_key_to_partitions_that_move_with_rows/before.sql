create table a (id int, r text, primary key (id, r)) partition by list (r);
create table a1 partition of a for values in ('x');
create table a2 partition of a for values in ('y');
create table b (id int primary key, aid int, ar text, foreign key (aid, ar) references a);
create table c (aid int, ar text, foreign key (aid, ar) references a) partition by hash (aid);
create table c0 partition of c for values with (modulus 1, remainder 0);
create table l (b int references b);
