insert into accounts values (1, 'a');
insert into payments values (1, 1, 5);
