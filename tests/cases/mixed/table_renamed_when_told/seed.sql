insert into users values (1, 'ann');
insert into notes values (1, 1);
