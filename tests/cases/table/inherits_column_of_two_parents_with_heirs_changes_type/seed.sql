insert into c values (1, 'one', 2, 'three', 4); insert into d (id, x, z) values (5, 'six', 'seven');
