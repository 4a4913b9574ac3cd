insert into d (z, y) values (1, 2);
