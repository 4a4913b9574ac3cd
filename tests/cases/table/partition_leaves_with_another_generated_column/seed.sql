insert into p (k, a) values (1, 5), (2, 6), (3, 7);
