insert into customers(name) values ('Zoë');
