insert into t (id, x) values (1, 4), (2, 7);
