insert into e (x, y) values (4, 'q');
insert into d (x) values (7);
