insert into t1 values (1, 'x', 2);
insert into t2 values (1, 1);
insert into t3 values (1, 1.5);
