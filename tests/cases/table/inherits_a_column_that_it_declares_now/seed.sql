insert into c (a, b, x) values (1, 2, 3); insert into d (z, a, b) values (4, 5, 6); insert into e (b) values (7);
