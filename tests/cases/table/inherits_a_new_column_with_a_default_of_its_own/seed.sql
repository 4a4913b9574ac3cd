insert into a values (1, 'n'); insert into b values (2);
