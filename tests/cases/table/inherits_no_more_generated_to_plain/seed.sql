insert into r (a, b) values (1, 2);
