insert into t values ('a', 'b', 2, 3);
