insert into p values (1, 2, 3);
insert into f values (1, 2);
