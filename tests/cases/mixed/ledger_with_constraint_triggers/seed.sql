insert into accounts (id) values (1);
insert into entries values (1, 1, 5);
