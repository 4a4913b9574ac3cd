create table a (id int, r text, primary key (id, r)) partition by list (r);
create table a1 partition of a for values in ('x', 'z');
create table a3 partition of a default;
create table b (id int primary key, aid int, ar text, foreign key (aid, ar) references a on delete cascade) partition by hash (id);
create table b0 partition of b for values with (modulus 1, remainder 0);
create table c (aid int, ar text, foreign key (aid, ar) references a) partition by hash (aid);
create table c0 partition of c for values with (modulus 1, remainder 0);
create table l (b int references b);
