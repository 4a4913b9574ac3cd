insert into p (b) values (1);
