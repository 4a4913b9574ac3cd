insert into p values (2, 1), (7, 2);
