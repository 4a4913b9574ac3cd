insert into samples (id, v) values (1, 2.5);
