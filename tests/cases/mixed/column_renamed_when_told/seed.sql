insert into docs values (1, 7, 't');
