insert into t_2024 values (1, '2024-05-05');
