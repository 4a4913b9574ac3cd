insert into e values (1, 1), (20, 2);
