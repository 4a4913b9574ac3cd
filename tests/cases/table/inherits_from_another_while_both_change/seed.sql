insert into h (a, b) values (1, 2);
