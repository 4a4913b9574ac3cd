create table a (id bigint, r text, primary key (id, r)) partition by list (r);
create table a1 partition of a for values in ('x', 'z');
create table a3 partition of a default;
create table b (id bigint primary key, aid bigint, ar text, foreign key (aid, ar) references a on delete cascade) partition by hash (id);
create table b0 partition of b for values with (modulus 1, remainder 0);
create table l (b bigint references b) partition by range (b);
create table l1 partition of l for values from (0) to (9);
create table l2 partition of l default;
