insert into p values (2, 1);
insert into f values (2);
