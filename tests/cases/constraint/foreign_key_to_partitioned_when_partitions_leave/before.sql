create table p (a int, b int, c int, primary key (a, b)) partition by range (a);
create table p1 partition of p for values from (0) to (10) partition by list (b);
create table p11 partition of p1 for values in (1);
create table p1d partition of p1 default;
create table f (a int, b int, foreign key (a, b) references p on update cascade on delete set null (a)) partition by hash (a);
create table f0 partition of f for values with (modulus 2, remainder 0);
create table f1 partition of f for values with (modulus 2, remainder 1);
create index on p (c);
create unique index on p (b, a);
