insert into a values (1, 'one'); insert into b values (2, 'two'); insert into c values (3, 'three', 4);
