insert into copy values ('x');
