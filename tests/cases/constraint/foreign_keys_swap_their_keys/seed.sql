insert into a values (1, 2);
insert into b values (4, 1, 2);
