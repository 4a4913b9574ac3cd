insert into items values (1, 5), (2, 3);
