insert into rooms (id, w, h) values (1, 2, 3), (2, 10, 10);
