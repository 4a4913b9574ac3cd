insert into docs values (1, 'the elephant');
