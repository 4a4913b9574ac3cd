insert into c values (default, 'x');
