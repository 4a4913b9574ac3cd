insert into users values (1, 'A@b', '{x}');
