insert into x values (1, 2);
