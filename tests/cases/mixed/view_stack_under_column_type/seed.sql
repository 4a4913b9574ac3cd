insert into sales values (1, '2024-01-01', 5);
