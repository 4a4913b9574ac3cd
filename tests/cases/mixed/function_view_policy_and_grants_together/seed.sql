insert into docs values (1, 'ann', 'x');
