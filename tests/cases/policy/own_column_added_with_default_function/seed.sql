insert into docs values (1);
