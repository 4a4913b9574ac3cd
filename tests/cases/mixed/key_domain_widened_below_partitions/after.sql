create domain uid as bigint;
create table a (id uid primary key);
create table b (id uid primary key references a, a uid references a);
create table c (id bigint primary key, b uid references b, unique (id, b));
create table d (c bigint, b uid, foreign key (c, b) references c (id, b) on update cascade) partition by hash (c);
create table d0 partition of d for values with (modulus 1, remainder 0);
